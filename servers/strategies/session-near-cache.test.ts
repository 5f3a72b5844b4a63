import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import type { Authenticator } from '../contract.ts'
import { type RedisLink, redisLink } from '../stores/redis-link.ts'
import { testDeps } from '../testing/test-deps.ts'
import { sessionNearCache } from './session-near-cache.ts'

const TTL_SECONDS = 60
let redis: TestRedis
let link: RedisLink
let now = Date.UTC(2030, 0, 1)
let here: Authenticator
let elsewhere: Authenticator

beforeAll(async () => {
  redis = await startRedis()
  link = await redisLink(redis.url, 'test:')
  const deps = await testDeps({ redis: async () => link, now: () => now, ttlSeconds: TTL_SECONDS })
  here = await sessionNearCache.open(deps)
  elsewhere = await sessionNearCache.open(deps)
})

afterAll(async () => {
  await link.close()
  await redis.stop()
})

const accepted = async (credential: string) => (await here.verify(credential)) !== null

test('a logout on another server is known after five seconds, however often the session was used', async () => {
  const own = await here.issue('me')
  await accepted(own)
  await elsewhere.revoke(own)
  now += 4_999
  expect(await accepted(own)).toBe(true)
  now += 1
  expect(await accepted(own)).toBe(false)
})

test.each([
  ['alone', (own: string) => here.revoke(own)],
  ['with all of its subject', () => here.revokeAll?.('me')],
])(
  'a logout on this server, %s, is known at once, also to requests that are on their way',
  async (_what, end) => {
    const [own, other] = [await here.issue('me'), await here.issue('other')]
    await accepted(own)
    await accepted(other)
    now += 5_000
    const underWay = here.verify(own)
    const ended = end(own)
    await Promise.all([underWay, ended])
    expect([await accepted(own), await accepted(other)]).toEqual([false, true])
  },
)

test('a session is never cached past its end', async () => {
  const own = await here.issue('me')
  now += (TTL_SECONDS - 1) * 1000
  expect(await accepted(own)).toBe(true)
  now += 999
  expect(await accepted(own)).toBe(true)
  now += 1
  expect(await accepted(own)).toBe(false)
})

test('a clock that is set back keeps nothing in the cache', async () => {
  const own = await here.issue('me')
  await accepted(own)
  await elsewhere.revoke(own)
  now -= 3_600_000
  expect(await accepted(own)).toBe(false)
  now += 3_600_000
})

test('asks Redis for misses only, and says how often', async () => {
  const before = here.cacheUse?.() ?? { hits: 0, misses: 0 }
  const own = await here.issue('me')
  const transcript = await redis.listen()
  for (let request = 0; request < 10; request++) await accepted(own)
  expect(await transcript.commands()).toHaveLength(1)
  transcript.close()
  const { hits, misses } = here.cacheUse?.() ?? { hits: 0, misses: 0 }
  expect([hits - before.hits, misses - before.misses]).toEqual([9, 1])
})
