import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, it, type TestContext } from 'vitest'
import { measureDelay } from '../conformance/harness/own-delay.ts'
import { type StoreProxy, startProxy } from '../conformance/harness/redis-proxy.ts'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { type Authenticator, type AuthStrategy, StoreUnavailableError } from '../contract.ts'
import { FEED_LAG_MS } from '../revocation/feed.ts'
import { openNode } from '../testing/sibling-server.ts'
import { jwtBlacklist } from './jwt-blacklist.ts'
import { jwtBlacklistBloom } from './jwt-blacklist-bloom.ts'
import { jwtBlacklistLocal } from './jwt-blacklist-local.ts'

type Strategy = Omit<AuthStrategy, 'id'>

const FOLLOWING = [
  ['in memory', jwtBlacklistLocal],
  ['in a Bloom filter', jwtBlacklistBloom],
] as const
const ALL = [['in Redis', jwtBlacklist], ...FOLLOWING] as const

const ACCEPTED = { sub: 'someone' }
const soon = { interval: 10 }

let shared: TestRedis
let prefixes = 0

beforeAll(async () => {
  shared = await startRedis()
})

afterAll(() => shared.stop())

interface Nodes {
  readonly here: Authenticator
  /** Its way to Redis is the proxy. */
  readonly there: Authenticator
  readonly proxy: StoreProxy
  readonly prefix: string
}

/** Two servers of one strategy on one Redis, closed after the test. */
async function twoNodes(strategy: Strategy, context: TestContext, redis = shared): Promise<Nodes> {
  const prefix = `blacklist-${prefixes++}:`
  const proxy = await startProxy(redis.url)
  const here = await openNode(strategy, redis.url, prefix)
  const there = await openNode(strategy, proxy.url, prefix)
  context.onTestFinished(async () => {
    await Promise.all([here.close(), there.close()])
    await proxy.close()
  })
  return { here, there, proxy, prefix }
}

/** Milliseconds from the end of the logout to the last request that the other node still accepted. */
async function lagOf(here: Authenticator, there: Authenticator, credential: string): Promise<number> {
  await here.revoke(credential)
  const revokedAt = performance.now()
  using meter = measureDelay()
  let lagMs = 0
  for (;;) {
    // What the machine did not let run is no lag of the feed's.
    const askedMs = performance.now() - revokedAt - meter.lateMs()
    if ((await there.verify(credential)) === null) return lagMs
    lagMs = askedMs
    if (lagMs > 5 * FEED_LAG_MS) throw new Error('the token is still accepted')
    await delay(5)
  }
}

/** With its own connection, whatever its subscription does. */
const connected = async (node: Authenticator) =>
  node.fill?.(1).then(
    () => true,
    () => false,
  )
const verify = async (node: Authenticator, credential: string) => node.verify(credential)

describe.each(ALL)('a blacklist %s', (_where, strategy) => {
  const follows = strategy !== jwtBlacklist
  const expectKept = (lagMs: number, { expect }: TestContext) =>
    follows ? expect(lagMs).toBeLessThan(FEED_LAG_MS) : expect(lagMs).toBe(0)

  it('refuses on every node, and only the token of the logout', async (context) => {
    const { expect } = context
    const { here, there, prefix } = await twoNodes(strategy, context)
    const [revoked, other] = [await here.issue('someone'), await here.issue('someone')]
    expect(await there.verify(revoked)).toMatchObject(ACCEPTED)
    expectKept(await lagOf(here, there, revoked), context)
    const later = await openNode(strategy, shared.url, prefix)
    for (const node of [here, there, later]) {
      expect(await node.verify(revoked)).toBeNull()
      expect(await node.verify(other)).toMatchObject(ACCEPTED)
    }
    await later.close()
  })

  it('says that it does not know while Redis is away, and knows again when it is back', async (context) => {
    const { expect } = context
    const { here, there, proxy } = await twoNodes(strategy, context)
    const [revoked, good] = [await here.issue('someone'), await here.issue('someone')]
    await lagOf(here, there, revoked)
    proxy.cut()
    if (follows) {
      expect(await there.verify(good)).toMatchObject(ACCEPTED)
      await delay(FEED_LAG_MS)
    }
    await expect(verify(there, good)).rejects.toThrow(StoreUnavailableError)
    await expect(there.revoke(good)).rejects.toThrow(StoreUnavailableError)
    proxy.mend()
    await expect.poll(() => verify(there, good).catch(() => null), soon).toMatchObject(ACCEPTED)
    expect(await there.verify(revoked)).toBeNull()
  })

  it('remembers what it holds in memory when Redis comes back empty, and nothing else', async (context) => {
    const { expect } = context
    const redis = await startRedis()
    context.onTestFinished(redis.stop)
    const { here, there } = await twoNodes(strategy, context, redis)
    const [revoked, good] = [await here.issue('someone'), await here.issue('someone')]
    await lagOf(here, there, revoked)
    await redis.kill()
    await redis.restart()
    const remembered = strategy === jwtBlacklistLocal
    for (const node of [here, there]) {
      await expect.poll(() => connected(node), soon).toBe(true)
      const isRefused = async () => (await verify(node, revoked)) === null
      await expect.poll(() => isRefused().catch(() => undefined), soon).toBe(remembered)
    }
    expectKept(await lagOf(here, there, good), context)
  })

  it('can be filled with the tokens of others', async (context) => {
    const { expect } = context
    const { here, there } = await twoNodes(strategy, context)
    const own = await here.issue('someone')
    await here.fill?.(1500)
    expect(await there.verify(own)).toMatchObject(ACCEPTED)
    expectKept(await lagOf(here, there, own), context)
  })
})

describe.concurrent.each(FOLLOWING)('a blacklist %s, its subscription lost for 2 s', (_where, strategy) => {
  it.for([
    ['closed', (proxy: StoreProxy) => proxy.cut('xread')],
    ['silent', (proxy: StoreProxy) => proxy.stall('xread')],
  ] as const)('and its connection %s, keeps its promise', async ([_how, lose], context) => {
    const { expect } = context
    const { here, there, proxy } = await twoNodes(strategy, context)
    const [revoked, good] = [await here.issue('someone'), await here.issue('someone')]
    lose(proxy)
    await delay(1000)
    expect(await lagOf(here, there, revoked)).toBeLessThan(FEED_LAG_MS)
    expect(await there.verify(good)).toMatchObject(ACCEPTED)
    await delay(1000)
    proxy.mend()
    // Without a question to Redis the answer is there at once: the subscription works again.
    await expect.poll(() => there.verify(good) instanceof Promise, soon).toBe(false)
    expect(await there.verify(revoked)).toBeNull()
    expect(await there.verify(good)).toMatchObject(ACCEPTED)
  })
})
