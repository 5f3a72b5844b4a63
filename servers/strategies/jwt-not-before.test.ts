import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { type Authenticator, StoreUnavailableError } from '../contract.ts'
import { redisLink } from '../stores/redis-link.ts'
import { openNode } from '../testing/sibling-server.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'
import { jwtNotBefore } from './jwt-not-before.ts'

const CACHED_MS = jwtNotBefore.revocation.ms
const ACCEPTED = { sub: 'someone', claims: DEFAULT_TOKEN_PROFILE.claims }

let redis: TestRedis
let prefix: string
let here: Authenticator
let there: Authenticator
let prefixes = 0
/** Of the clock that caches go by. */
let elapsedMs: number

beforeAll(async () => {
  redis = await startRedis()
})

beforeEach(async () => {
  elapsedMs = 0
  prefix = `not-before-${prefixes++}:`
  const clocks = { now: () => Date.UTC(2030, 0, 1), clock: () => 1_000_000 + elapsedMs }
  here = await openNode(jwtNotBefore, redis.url, prefix, clocks)
  there = await openNode(jwtNotBefore, redis.url, prefix, clocks)
})

afterEach(() => Promise.all([here.close(), there.close()]))

afterAll(() => redis.stop())

const verify = async (node: Authenticator, credential: string) => node.verify(credential)

test('a logout is over at once on its node, and on every other as soon as that has forgotten', async () => {
  const credential = await here.issue('someone')
  expect(await there.verify(credential)).toEqual(ACCEPTED)
  await here.revoke(credential)
  expect(await here.verify(credential)).toBeNull()
  elapsedMs = CACHED_MS - 1
  expect(await there.verify(credential)).toEqual(ACCEPTED)
  elapsedMs = CACHED_MS
  expect(await there.verify(credential)).toBeNull()
})

test('a new login in the same millisecond is good on every node, whatever that remembers', async () => {
  const old = await here.issue('someone')
  expect(await there.verify(old)).toEqual(ACCEPTED)
  await here.revoke(old)
  const renewed = await here.issue('someone')
  expect([await here.verify(renewed), await there.verify(renewed)]).toEqual([ACCEPTED, ACCEPTED])
  expect(await here.verify(old)).toBeNull()
  elapsedMs = CACHED_MS
  expect([await there.verify(renewed), await there.verify(old)]).toEqual([ACCEPTED, null])
})

test('a logout with a token that is void already does not end the new login', async () => {
  const old = await here.issue('someone')
  expect(await there.verify(old)).toEqual(ACCEPTED)
  await here.revoke(old)
  const renewed = await here.issue('someone')
  // This node has not heard of it yet, and lets the old token log out once more.
  await there.revoke(old)
  elapsedMs = CACHED_MS
  expect([await here.verify(renewed), await there.verify(renewed)]).toEqual([ACCEPTED, ACCEPTED])
  expect(await there.verify(old)).toBeNull()
})

test('a logout ends all tokens of its user, and no other', async () => {
  const [first, second, other] = [
    await here.issue('someone'),
    await here.issue('someone'),
    await here.issue('other'),
  ]
  await here.revoke(first)
  expect([await here.verify(second), await here.verify(other)]).toEqual([null, { ...ACCEPTED, sub: 'other' }])
  await here.revokeAll?.('other')
  expect(await here.verify(other)).toBeNull()
  expect(await here.verify(await there.issue('other'))).toEqual({ ...ACCEPTED, sub: 'other' })
})

test('a second logout is as good as the first', async () => {
  for (let login = 0; login < 3; login++) {
    const credential = await here.issue('someone')
    expect(await here.verify(credential)).toEqual(ACCEPTED)
    await here.revoke(credential)
    expect(await here.verify(credential)).toBeNull()
  }
})

test('a logout is later than any token, even if the clock of Redis was set back', async () => {
  const { client, key, close } = await redisLink(redis.url, prefix)
  const inAnHour = Date.now() + 3_600_000
  await client.set(key('not-before:https://auth.example.test:someone'), inAnHour)
  await close()
  const credential = await here.issue('someone')
  expect(await here.verify(credential)).toEqual(ACCEPTED)
  await here.revokeAll?.('someone')
  expect(await here.verify(credential)).toBeNull()
})

test('asks once in five seconds, and counts', async () => {
  const credential = await here.issue('someone')
  const transcript = await redis.listen()
  for (let request = 0; request < 10; request++) await there.verify(credential)
  elapsedMs = CACHED_MS
  await there.verify(credential)
  expect((await transcript.commands()).filter((line) => line.includes('"get"')).length).toBe(2)
  transcript.close()
  expect(there.cacheUse?.()).toEqual({ hits: 9, misses: 2, entries: 1 })
})

test('a login puts nothing into the cache', async () => {
  await here.issue('someone')
  expect(here.cacheUse?.()).toEqual({ hits: 0, misses: 0, entries: 0 })
})

test('keeps one entry for a user who logged out, for one lifetime', async () => {
  const credential = await here.issue('someone')
  const { client, key, close } = await redisLink(redis.url, prefix)
  const name = key('not-before:https://auth.example.test:someone')
  expect(await client.keys(`${prefix}*`)).toEqual([])
  await here.revoke(credential)
  expect(await client.keys(`${prefix}*`)).toEqual([name])
  // And a minute more, for clocks that differ.
  expect(await client.ttl(name)).toBe(120)
  await here.fill?.(1000)
  expect((await client.keys(`${prefix}*`)).length).toBe(1001)
  await close()
})

test('the entry outlives every token that names it: no server remembers what a new login cannot know of', async () => {
  await here.revoke(await here.issue('someone'))
  const { client, key, close } = await redisLink(redis.url, prefix)
  const name = key('not-before:https://auth.example.test:someone')
  await client.expire(name, 1)
  await here.issue('someone')
  expect(await client.ttl(name)).toBe(120)
  await close()
})

test('while Redis is away, users that are remembered get in; when it is back, the rest is right again', async () => {
  const [credential, other] = [await here.issue('someone'), await here.issue('other')]
  expect(await there.verify(credential)).toEqual(ACCEPTED)
  redis.pause()
  try {
    expect(await there.verify(credential)).toEqual(ACCEPTED)
    elapsedMs = CACHED_MS
    // Of somebody else: Redis may find the logout in its buffer, and does it once it can.
    const attempts = [verify(there, credential), there.revoke(other), there.issue('someone')]
    const outcomes = await Promise.allSettled(attempts)
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailableError) })
    }
  } finally {
    redis.resume()
  }
  await expect.poll(() => verify(there, credential).catch(() => null)).toEqual(ACCEPTED)
  await here.revoke(credential)
  elapsedMs += CACHED_MS
  expect(await there.verify(credential)).toBeNull()
})

test('when Redis comes back empty, what was void is good again, and can be voided again', async () => {
  const credential = await here.issue('someone')
  await here.revoke(credential)
  await redis.kill()
  await redis.restart()
  elapsedMs = CACHED_MS
  await expect.poll(() => verify(here, credential).catch(() => null)).toEqual(ACCEPTED)
  await here.revoke(credential)
  expect(await here.verify(credential)).toBeNull()
  expect(await here.verify(await here.issue('someone'))).toEqual(ACCEPTED)
})
