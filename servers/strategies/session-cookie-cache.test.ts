import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import type { Authenticator } from '../contract.ts'
import { type RedisLink, redisLink } from '../stores/redis-link.ts'
import { testDeps, testKeys } from '../testing/test-deps.ts'
import { sessionCookieCache } from './session-cookie-cache.ts'

const TTL_SECONDS = 340
let redis: TestRedis
let link: RedisLink
let now = Date.UTC(2030, 0, 1)
let sessions: Authenticator

beforeAll(async () => {
  redis = await startRedis()
  link = await redisLink(redis.url, 'test:')
  const deps = await testDeps({ redis: async () => link, now: () => now, ttlSeconds: TTL_SECONDS })
  sessions = await sessionCookieCache.open(deps)
})

afterAll(async () => {
  await link.close()
  await redis.stop()
})

const subjectOf = async (credential: string) => (await sessions.verify(credential))?.sub ?? null

test('Redis is not asked while the snapshot is fresh, once when it is not, and a new one is handed out', async () => {
  const own = await sessions.issue('me')
  const transcript = await redis.listen()
  now += 299_999
  expect(await sessions.verify(own)).not.toHaveProperty('renewed')
  expect(await transcript.commands()).toHaveLength(0)
  now += 1
  const renewed = (await sessions.verify(own))?.renewed ?? ''
  expect(await transcript.commands()).toHaveLength(1)
  expect(await sessions.verify(renewed)).toMatchObject({ sub: 'me' })
  expect(await transcript.commands()).toHaveLength(1)
  transcript.close()
})

test('a renewed snapshot ends with its session', async () => {
  const own = await sessions.issue('me')
  now += 300_000
  const renewed = (await sessions.verify(own))?.renewed ?? ''
  now += 39_999
  expect(await subjectOf(renewed)).toBe('me')
  now += 1
  expect(await subjectOf(renewed)).toBeNull()
})

test('after logout no snapshot is renewed, and the last one is good for five minutes', async () => {
  const own = await sessions.issue('me')
  now += 30_000
  await sessions.revoke(own)
  now += 269_999
  expect(await subjectOf(own)).toBe('me')
  now += 1
  expect(await subjectOf(own)).toBeNull()
})

test('a snapshot by a clock that was ahead is not believed', async () => {
  const own = await sessions.issue('me')
  now += 3000
  const ahead = await sessions.issue('me')
  now -= 3000
  await sessions.revoke(ahead)
  expect([await subjectOf(ahead), await subjectOf(own)]).toEqual([null, 'me'])
})

test('no part of one credential goes with a part of another', async () => {
  const [one, two] = [await sessions.issue('me'), await sessions.issue('somebody else')]
  const [id, snapshot] = [one.slice(0, 44), one.slice(44)]
  const [otherId, otherSnapshot] = [two.slice(0, 44), two.slice(44)]
  const [mac, payload] = [snapshot.slice(0, 43), snapshot.slice(43)]
  const [otherMac, otherPayload] = [otherSnapshot.slice(0, 43), otherSnapshot.slice(43)]
  const mixed = [
    id + otherSnapshot,
    otherId + snapshot,
    id + mac + otherPayload,
    id + otherMac + payload,
    id + otherMac + otherPayload,
    id,
    id.slice(0, -1),
    `${id}.${snapshot}`,
  ]
  for (const credential of mixed) expect(await subjectOf(credential)).toBeNull()
  expect([await subjectOf(one), await subjectOf(two)]).toEqual(['me', 'somebody else'])
})

test('an id without its signature opens nothing once the snapshot is old', async () => {
  const own = await sessions.issue('me')
  now += 300_000
  for (const credential of [own.slice(0, 43), own.slice(0, 44), `${own.slice(0, 44)}${'A'.repeat(43)}e30`]) {
    expect(await subjectOf(credential)).toBeNull()
  }
})

test('a short key is refused at the start', async () => {
  const keys = { ...(await testKeys()), HS256: { kty: 'oct', k: 'c2hvcnQ' } }
  const deps = await testDeps({ redis: async () => link, keys })
  await expect(sessionCookieCache.open(deps)).rejects.toMatchObject({ code: 'WEAK_KEY' })
})
