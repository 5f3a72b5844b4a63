import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { memoryStore } from '../stores/memory.ts'
import { memorySessions } from '../stores/memory-sessions.ts'
import { type RedisLink, redisLink } from '../stores/redis-link.ts'
import { redisSessions } from '../stores/redis-sessions.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'
import {
  hashOf,
  liveSession,
  nameOf,
  type SessionStore,
  type StoredSession,
  sessionKeeper,
} from './keeper.ts'

const TTL_SECONDS = 60
let redis: TestRedis
let link: RedisLink
let now: number
let tests = 0

beforeAll(async () => {
  redis = await startRedis()
})

beforeEach(async () => {
  now = 0
  link = await redisLink(redis.url, `test-${tests++}:`)
  return link.close
})

afterAll(() => redis.stop())

function keeperOf(store: SessionStore) {
  const keeper = sessionKeeper(store, {
    now: () => now,
    ttlSeconds: TTL_SECONDS,
    token: DEFAULT_TOKEN_PROFILE,
  })
  const subjectOf = async (id: string) => liveSession(await store.get(nameOf(id) ?? ''), now)?.sub ?? null
  return { ...keeper, subjectOf, endId: (id: string) => keeper.end(nameOf(id) ?? '') }
}

describe.each([
  ['redis', () => redisSessions(link, () => now)],
  [
    'memory',
    () =>
      memorySessions(
        memoryStore(() => now),
        () => now,
      ),
  ],
] satisfies [string, () => SessionStore][])('sessions in %s', (_backend, openStore) => {
  test('end one by one, or all of a subject at once', async () => {
    const sessions = keeperOf(openStore())
    const [one, two, three] = [
      await sessions.start('me'),
      await sessions.start('me'),
      await sessions.start('me'),
    ]
    const other = await sessions.start('other')
    await sessions.endId(two)
    expect(await Promise.all([one, two, three].map(sessions.subjectOf))).toEqual(['me', null, 'me'])
    await sessions.endAll('me')
    expect(await Promise.all([one, two, three, other].map(sessions.subjectOf))).toEqual([
      null,
      null,
      null,
      'other',
    ])
    expect(await sessions.subjectOf(await sessions.start('me'))).toBe('me')
  })

  test('end once, and for nobody else when they are none', async () => {
    const sessions = keeperOf(openStore())
    const own = await sessions.start('me')
    for (let time = 0; time < 2; time++) await sessions.endId(own)
    await sessions.endAll('nobody')
    expect(await sessions.subjectOf(own)).toBeNull()
  })

  test('are all found by a logout everywhere that comes after them, whatever ran at the same time', async () => {
    const sessions = keeperOf(openStore())
    const started: Promise<string>[] = []
    for (let round = 0; round < 20; round++) {
      started.push(sessions.start('me'))
      if (round % 3 === 0) sessions.endAll('me')
      if (round % 7 === 0) await Promise.all(started)
    }
    const ids = await Promise.all(started)
    await sessions.endAll('me')
    expect(new Set(await Promise.all(ids.map(sessions.subjectOf)))).toEqual(new Set([null]))
  })

  test('filled in are of the same kind, and made one after the other', async () => {
    const store = openStore()
    const made: StoredSession[] = []
    const sessions = keeperOf({
      ...store,
      async addMany(many) {
        for (const session of many) {
          if (made.push(session) === 3) break
        }
        await store.addMany(made)
      },
    })
    await sessions.fill(1_000_000_000)
    const [{ name = '' } = {}] = made
    const value = (await store.get(name)) ?? ''
    const own = await sessions.start(JSON.parse(value).sub)
    expect(made.map(({ name, owner }) => [name.length, owner.length])).toEqual(Array(3).fill([43, 43]))
    expect(await store.get(hashOf(own))).toBe(value)
    expect(new Set(made.map(({ owner }) => owner)).size).toBe(3)
  })
})

test('a login asks Redis once, and leaves nothing that stays for ever', async () => {
  const sessions = keeperOf(redisSessions(link, () => now))
  const transcript = await redis.listen()
  await sessions.start('me')
  const commands = await transcript.commands()
  transcript.close()
  const names = commands.map((command) => /"(\w+)"/.exec(command)?.[1])
  expect(names).toEqual(['multi', 'zremrangebyscore', 'set', 'zadd', 'expire', 'exec'])
  const keys = await link.client.keys(link.key('*'))
  const lifetimes = await Promise.all(keys.map((key) => link.client.ttl(key)))
  expect(lifetimes).toEqual([TTL_SECONDS, TTL_SECONDS])
})

test('the index of a subject in Redis holds no session that has ended, however it ended', async () => {
  const sessions = keeperOf(redisSessions(link, () => now))
  const index = link.key(`sessions-of:${hashOf('me')}`)
  await sessions.start('me')
  await sessions.endId(await sessions.start('me'))
  expect(await link.client.zcard(index)).toBe(1)
  now += TTL_SECONDS * 1000
  await sessions.start('me')
  expect(await link.client.zcard(index)).toBe(1)
  await sessions.endAll('me')
  expect(await link.client.exists(index)).toBe(0)
})

test('the index in memory holds no session that has ended, and no subject without one', async () => {
  const index = new Map()
  const sessions = keeperOf(
    memorySessions(
      memoryStore(() => now),
      () => now,
      index,
    ),
  )
  for (let login = 0; login < 100; login++) {
    await sessions.start(`user ${login % 3}`)
    await sessions.start(`passer-by ${login}`)
    now += 10_000
  }
  expect(index.size).toBeLessThan(12)
  expect(index.get(hashOf('user 0')).names.length).toBeLessThanOrEqual(3)
  await sessions.endId(await sessions.start('one'))
  expect(index.has(hashOf('one'))).toBe(false)
})

test('a session that Redis did not keep is not handed out', async () => {
  const sessions = keeperOf(redisSessions(link, () => now))
  await link.client.config('SET', 'maxmemory', '1')
  try {
    await expect(sessions.start('me')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  } finally {
    await link.client.config('SET', 'maxmemory', '0')
  }
})
