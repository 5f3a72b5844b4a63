import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { STRATEGIES } from '../../servers/registry.ts'
import { testKeys } from '../../servers/testing/test-deps.ts'
import { DEFAULT_TOKEN_PROFILE } from '../../servers/tokens/default-profile.ts'
import { resolveConfig } from '../../src/plan/config.ts'
import { USUAL_WORLD, worldWith } from '../../src/worlds/world.ts'
import { protectedRequest, sendRaw } from '../load/http/probe.ts'
import { type ProvidedRedis, provideRedis } from '../redis/provide.ts'
import type { Subject } from './equipment.ts'
import { machineBench } from './real-equipment.ts'

const keys = await testKeys()
const started: Subject[] = []
const usualFolder = process.env.TMPDIR
let redis: ProvidedRedis
let folder: string

beforeAll(async () => {
  redis = await provideRedis(null, null)
  folder = await mkdtemp(join(tmpdir(), 'authbench-test-'))
  process.env.TMPDIR = folder
})
afterEach(async () => {
  await Promise.all(started.splice(0).map((subject) => subject.stop()))
})
afterAll(async () => {
  if (usualFolder === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = usualFolder
  await redis.release('')
  await rm(folder, { recursive: true })
})

/** Of servers and of their Redis: each has one for as long as it lives. */
const folders = async (kind: 'redis' | 'server') =>
  (await readdir(folder)).filter((name) => name.startsWith(`authbench-${kind}-`))

function benchWith({ origin = redis.origin, signal = new AbortController().signal, tls = false } = {}) {
  const ids = ['session-redis', 'jwt-blacklist'] as const
  const config = resolveConfig(
    { profile: 'smoke', tls },
    { strategies: ids, scenarios: ['verify'] },
    { profile: 'smoke', seed: 1, extraClaims: [] },
  )
  const bench = machineBench({
    config,
    strategies: [...ids.map((id) => STRATEGIES[id]), { ...STRATEGIES['session-redis'], id: 'nowhere' }],
    files: new Map(),
    target: null,
    pinning: { server: null, redis: null, generator: null, sentence: '' },
    redis: { ...redis, origin },
    keys,
    token: DEFAULT_TOKEN_PROFILE,
    rowsInRedis: false,
    usesProxies: false,
    fleet: null,
    listen: null,
    base: null,
    signal,
  })
  return async (strategy: string, ownRedis: boolean) => {
    const subject = await bench.startSubject(
      strategy,
      'main',
      `authbench:${'of-a-run:'.repeat(5)}${strategy}:`,
      ownRedis,
    )
    started.push(subject)
    return subject
  }
}

test('what one server with a Redis of its own puts there is not in what another one has', async () => {
  const start = benchWith()
  const [one, other] = await Promise.all([start('session-redis', true), start('jwt-blacklist', true)])
  const read = () => Promise.all([one, other].map(async ({ store }) => (await store?.memory()) ?? 0))
  const [oneBefore = 0, otherBefore = 0] = await read()
  await one.fill(3000)
  const [oneAfter = 0, otherAfter = 0] = await read()
  expect((oneAfter - oneBefore) / 3000).toBeGreaterThan(500)
  expect((oneAfter - oneBefore) / 3000).toBeLessThan(620)
  expect(Math.abs(otherAfter - otherBefore)).toBeLessThan(50_000)
  expect(await folders('redis')).toHaveLength(2)

  await one.stop()
  expect(await folders('redis')).toHaveLength(1)
  await other.stop()
  expect([await folders('redis'), await folders('server')]).toEqual([[], []])
})

test('servers share the Redis of the run where none of their own is wanted, and that of the user in any case', async () => {
  const subjects = await Promise.all([
    benchWith()('session-redis', false),
    benchWith({ origin: 'given' })('jwt-blacklist', true),
  ])
  expect(subjects.map(({ store }) => store)).toEqual([undefined, undefined])
  expect(await folders('redis')).toEqual([])
  const client = new Redis(redis.url)
  await Promise.all(subjects.map((subject) => subject.fill(1)))
  expect(await client.keys('authbench:of-a-run:*:jwt-blacklist:*')).toHaveLength(1)
  client.disconnect()
})

test('no Redis is left of a server that does not start', async () => {
  await expect(benchWith()('nowhere', true)).rejects.toMatchObject({ code: 'UNKNOWN_STRATEGY' })
  const signal = AbortSignal.abort()
  await expect(benchWith({ signal })('session-redis', true)).rejects.toThrow()
  expect([await folders('redis'), await folders('server')]).toEqual([[], []])
})

test('no Redis is left of a server that is ended while it starts', async () => {
  const controller = new AbortController()
  const starting = benchWith({ signal: controller.signal })('session-redis', true)
  starting.catch(() => undefined)
  await expect.poll(() => folders('server'), { timeout: 10_000, interval: 5 }).toHaveLength(1)
  expect(await folders('redis')).toHaveLength(1)
  controller.abort()
  await expect(starting).rejects.toThrow()
  expect([await folders('redis'), await folders('server')]).toEqual([[], []])
})

test('a server goes into another world and back, its proxies with it, and leaves none behind', async () => {
  const subject = await benchWith()('session-redis', false)
  const [credential = ''] = await subject.issue(['user-0000001'])
  const me = (origin: string) =>
    fetch(`${origin}/me`, { headers: { authorization: `Bearer ${credential}` } }).then(({ status }) => status)
  const far = worldWith(USUAL_WORLD, {
    storeRttMs: 50,
    link: { name: 'test', upBitsPerSecond: 1e6, downBitsPerSecond: 1e6, roundTripMs: 40 },
  })
  const there = await subject.enter(far)
  expect(there.origin).not.toBe(subject.origin)
  const end = await subject.watchWay?.()
  const before = performance.now()
  expect(await me(there.origin)).toBe(200)
  expect(performance.now() - before).toBeGreaterThan(90)
  const ways = await end?.()
  expect(ways?.map(({ kind, roundTripMs }) => [kind, roundTripMs])).toEqual([
    ['store', 50],
    ['link', 40],
  ])
  expect(await subject.enter(USUAL_WORLD)).toEqual({ origin: subject.origin })
  expect(await me(subject.origin)).toBe(200)
  await expect(me(there.origin)).rejects.toThrow()
  expect(await (await subject.watchWay?.())?.()).toEqual([])
})

test('a server of a run over TLS shows the certificate of the run, over a link as well', async () => {
  const subject = await benchWith({ tls: true })('session-redis', false)
  const { certificate = '' } = subject
  const [credential = ''] = await subject.issue(['user-0000001'])
  const ask = (origin: string) => sendRaw({ origin, certificate }, protectedRequest('bearer', credential))
  expect((await ask(subject.origin)).status).toBe(200)
  const link = { name: 'test', upBitsPerSecond: 1e6, downBitsPerSecond: 1e6, roundTripMs: 1 }
  const there = await subject.enter(worldWith(USUAL_WORLD, { tls: true, link }))
  expect(there.origin).toMatch(/^https:/)
  expect((await ask(there.origin)).status).toBe(200)
  const plain = subject.origin.replace('https:', 'http:')
  await expect(sendRaw({ origin: plain }, protectedRequest('bearer', credential))).rejects.toMatchObject({
    code: 'PROBE_FAILED',
  })
})
