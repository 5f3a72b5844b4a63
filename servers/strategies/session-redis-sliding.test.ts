import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisLink, redisLink } from '../backends/redis-link.ts'
import { startRedis, type TestRedis } from '../conformance/redis.ts'
import type { Authenticator } from '../contract.ts'
import { testDeps } from '../testing/deps.ts'
import { sessionRedisSliding } from './session-redis-sliding.ts'

const HOUR_MS = 60 * 60 * 1000
const TTL_SECONDS = 3600
let redis: TestRedis
let link: RedisLink
let now = Date.UTC(2030, 0, 1)
let sessions: Authenticator

beforeAll(async () => {
  redis = await startRedis()
  link = await redisLink(redis.url, 'test:')
  const deps = await testDeps({ redis: async () => link, now: () => now, ttlSeconds: TTL_SECONDS })
  sessions = await sessionRedisSliding.open(deps)
})

afterAll(async () => {
  await link.close()
  await redis.stop()
})

/** Of the one session there is. */
async function idleSeconds(change?: number): Promise<number> {
  const [key = ''] = await link.client.keys('test:session:*')
  if (change !== undefined) await link.client.expire(key, change)
  return link.client.ttl(key)
}

test('every use starts the idle time anew, none moves the end after eight hours', async () => {
  const own = await sessions.issue('me')
  await idleSeconds(1)
  for (let hours = 1; hours < 8; hours++) {
    now += HOUR_MS
    expect(await sessions.verify(own)).toMatchObject({ sub: 'me' })
    expect(await idleSeconds()).toBe(TTL_SECONDS)
  }
  now += HOUR_MS - 1
  expect(await sessions.verify(own)).toMatchObject({ sub: 'me' })
  now += 1
  expect(await sessions.verify(own)).toBeNull()
  await sessions.revoke(own)
})

test('a logout everywhere finds a session that use has prolonged', async () => {
  const own = await sessions.issue('me')
  now += 7 * HOUR_MS
  await sessions.verify(own)
  await sessions.issue('me')
  await sessions.revokeAll?.('me')
  expect(await link.client.keys('test:session:*')).toEqual([])
})

test('no use brings back what is deleted at the same time', async () => {
  for (let race = 0; race < 20; race++) {
    const own = await sessions.issue('me')
    const uses = () => Array.from({ length: 5 }, () => sessions.verify(own))
    await Promise.all([...uses(), sessions.revoke(own), ...uses()])
    expect(await link.client.keys('test:session:*')).toEqual([])
  }
})
