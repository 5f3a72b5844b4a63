import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { type Authenticator, COOKIE_NAME } from '../contract.ts'
import { buildApp } from '../http/app.ts'
import { type RedisLink, redisLink } from '../stores/redis-link.ts'
import { testDeps } from '../testing/test-deps.ts'
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

test('a browser in use keeps its cookie as long as the session, to the second', async () => {
  const app = await buildApp(sessions, { transport: 'cookie', ttlSeconds: TTL_SECONDS })
  const login = await app.inject({
    method: 'POST',
    url: '/login',
    headers: { 'sec-fetch-site': 'same-origin' },
    payload: { subject: 'me' },
  })
  let [cookie] = login.cookies
  let setAt = now
  const inUse = async () => {
    const reply = await app.inject({ url: '/me', cookies: { [COOKIE_NAME]: cookie?.value ?? '' } })
    if (reply.cookies[0] !== undefined) [cookie, setAt] = [reply.cookies[0], now]
    return reply.statusCode
  }
  const isKept = () => now < setAt + 1000 * (cookie?.maxAge ?? 0)
  const startedAt = now
  while (now - startedAt < 8 * HOUR_MS - 1) {
    expect([isKept(), await inUse()]).toEqual([true, 200])
    now = Math.min(now + HOUR_MS / 2, startedAt + 8 * HOUR_MS - 1)
  }
  expect([isKept(), await inUse()]).toEqual([true, 200])
  now += 1
  expect([isKept(), await inUse()]).toEqual([false, 401])
  await app.close()
  await sessions.revoke(cookie?.value ?? '')
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
