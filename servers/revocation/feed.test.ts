import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type StoreProxy, startProxy } from '../conformance/harness/redis-proxy.ts'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { StoreUnavailableError } from '../contract.ts'
import { redisLink } from '../stores/redis-link.ts'
import { nodeDeps } from '../testing/sibling-server.ts'
import { FEED_LAG_MS, type RevocationFeed, revocationFeed } from './feed.ts'

const NOW = Date.UTC(2030, 0, 1)
const EXPIRES_AT = NOW / 1000 + 60

let redis: TestRedis
let proxy: StoreProxy
let prefixes = 0

beforeAll(async () => {
  redis = await startRedis()
  proxy = await startProxy(redis.url)
})

afterAll(async () => {
  await proxy.close()
  await redis.stop()
})

interface Follower extends RevocationFeed {
  readonly known: Set<string>
  isRevoked(tokenId: string): Promise<boolean>
}

async function follow(url: string, prefix: string, clock?: () => number, now = () => NOW): Promise<Follower> {
  const { deps, disconnect } = await nodeDeps(url, prefix, { now })
  const known = new Set<string>()
  const feed = await revocationFeed(deps, ({ tokenId }) => known.add(tokenId), clock)
  onTestFinished(async () => {
    await feed.close()
    await disconnect()
  })
  const identity = { sub: 'someone', claims: {} }
  const isRevoked = async (tokenId: string) => (await feed.ask({ ...revocation(tokenId), identity })) === null
  return { ...feed, known, isRevoked }
}

/** Redis as an operator sees it. */
async function operator(prefix: string) {
  const { client, key, close } = await redisLink(redis.url, prefix)
  onTestFinished(close)
  return { client, stream: key('revocations:https://auth.example.test') }
}

const newPrefix = () => `feed-${prefixes++}:`
const revocation = (tokenId: string) => ({ tokenId, expiresAt: EXPIRES_AT })
const soon = { interval: 5 }

test('everything revoked earlier is known before the feed is opened, however much it is', async () => {
  const prefix = newPrefix()
  const first = await follow(redis.url, prefix)
  await first.fill(2500)
  await first.revoke(revocation('last'))
  const second = await follow(redis.url, prefix)
  expect(second.known).toEqual(first.known)
  expect(second.known.size).toBe(2501)
  expect(await second.isRevoked('last')).toBe(true)
  expect(await second.isRevoked('other')).toBe(false)
})

test('what has expired a minute ago is not learnt any more', async () => {
  const prefix = newPrefix()
  const { client, stream } = await operator(prefix)
  await client.xadd(stream, '*', 'id', 'expired', 'exp', NOW / 1000 - 60)
  await client.xadd(stream, '*', 'id', 'live', 'exp', NOW / 1000 - 59)
  expect((await follow(redis.url, prefix)).known).toEqual(new Set(['live']))
})

test('what is revoked while the connection is away is known after it, and nothing is read twice', async () => {
  const prefix = newPrefix()
  const here = await follow(redis.url, prefix)
  await here.revoke(revocation('before'))
  const there = await follow(proxy.url, prefix)
  proxy.cut('xread')
  await here.revoke(revocation('meanwhile'))
  there.known.clear()
  proxy.mend()
  await expect.poll(() => [...there.known], soon).toEqual(['meanwhile'])
  await here.revoke(revocation('after'))
  await expect.poll(() => [...there.known], soon).toEqual(['meanwhile', 'after'])
})

test.each([
  ['is behind what was read', '1-1'],
  ['is ahead of what was read, with entries behind it', '99999999999999-1'],
])('a stream that was begun anew and %s is read from its beginning', async (_what, id) => {
  const prefix = newPrefix()
  const { client, stream } = await operator(prefix)
  const feed = await follow(redis.url, prefix)
  await feed.revoke(revocation('old'))
  await expect.poll(() => client.xlen(stream)).toBe(1)
  await client
    .multi()
    .del(stream)
    .xadd(stream, '1-0', 'id', 'early', 'exp', EXPIRES_AT)
    .xadd(stream, id, 'id', 'late', 'exp', EXPIRES_AT)
    .exec()
  await expect.poll(() => [...feed.known].sort(), soon).toEqual(['early', 'late', 'old'])
})

test('news older than any token is dropped from the stream', async () => {
  const prefix = newPrefix()
  const { client, stream } = await operator(prefix)
  const feed = await follow(redis.url, prefix)
  const pipeline = client.pipeline()
  for (let entry = 1; entry <= 500; entry++) pipeline.xadd(stream, `1-${entry}`, 'id', 'old', 'exp', 0)
  await pipeline.exec()
  await feed.revoke(revocation('new'))
  // Redis drops whole nodes of a hundred entries, which costs it nothing.
  expect(await client.xlen(stream)).toBeLessThan(200)
  expect(await client.ttl(stream)).toBeGreaterThan(60)
})

test('is fresh as long as the last complete answer was asked for within the lag', async () => {
  let now = 0
  const feed = await follow(proxy.url, newPrefix(), () => now)
  expect(feed.fresh()).toBe(true)
  proxy.cut('xread')
  await expect.poll(() => proxy.count('xread'), soon).toBe(0)
  now += FEED_LAG_MS - 1
  expect(feed.fresh()).toBe(true)
  now += 1
  expect(feed.fresh()).toBe(false)
  proxy.mend()
  await expect.poll(feed.fresh, soon).toBe(true)
})

test('after a clock that was ahead everything is read again, and the feed is not fresh until then', async () => {
  const prefix = newPrefix()
  let now = NOW
  const feed = await follow(redis.url, prefix, undefined, () => now)
  await feed.revoke(revocation('before'))
  now = NOW + 48 * 3_600_000
  expect(feed.fresh()).toBe(true)
  // As whoever keeps what is not expired.
  feed.known.clear()
  now = NOW
  expect(feed.fresh()).toBe(false)
  await expect.poll(feed.fresh, soon).toBe(true)
  expect([...feed.known]).toEqual(['before'])
  now -= 59_000
  expect(feed.fresh()).toBe(true)
})

test('an entry outlives its token by a minute, for servers whose clock is behind', async () => {
  const prefix = newPrefix()
  const { client } = await operator(prefix)
  await (await follow(redis.url, prefix)).revoke(revocation('one'))
  const [key = ''] = await client.keys(`${prefix}revoked:*`)
  expect(await client.ttl(key)).toBeGreaterThan(115)
})

test('a logout that Redis did not take is not known here either, so that it can be tried again', async () => {
  const feed = await follow(proxy.url, newPrefix())
  proxy.cut()
  await expect(feed.revoke(revocation('failed'))).rejects.toThrow(StoreUnavailableError)
  await expect(feed.isRevoked('failed')).rejects.toThrow(StoreUnavailableError)
  expect(feed.known).toEqual(new Set())
  proxy.mend()
})

test('asks seldom while Redis is away, and not at all after it was closed', async () => {
  let questions = 0
  const feed = await follow(proxy.url, newPrefix(), () => ++questions)
  proxy.cut()
  await expect.poll(() => proxy.count('xread'), soon).toBe(0)
  questions = 0
  await delay(300)
  expect(questions).toBeLessThan(10)
  proxy.mend()
  await feed.close()
  questions = 0
  await delay(100)
  expect(questions).toBe(0)
})
