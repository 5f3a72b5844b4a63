import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { type Authenticator, StoreUnavailableError } from '../contract.ts'
import { redisLink } from '../stores/redis-link.ts'
import { openNode } from '../testing/sibling-server.ts'
import { jwtWhitelist } from './jwt-whitelist.ts'

let redis: TestRedis
let now: number
let prefix: string
let here: Authenticator
let there: Authenticator
let prefixes = 0

beforeAll(async () => {
  redis = await startRedis()
})

beforeEach(async () => {
  now = Date.UTC(2030, 0, 1)
  prefix = `whitelist-${prefixes++}:`
  here = await openNode(jwtWhitelist, redis.url, prefix, { now: () => now })
  there = await openNode(jwtWhitelist, redis.url, prefix, { now: () => now })
})

afterEach(() => Promise.all([here.close(), there.close()]))
afterAll(() => redis.stop())

const ACCEPTED = { sub: 'someone' }
const soon = { interval: 10 }
const verify = async (node: Authenticator, credential: string) => node.verify(credential)

async function keysLike(pattern: string): Promise<readonly string[]> {
  const { client, close } = await redisLink(redis.url, prefix)
  const keys = await client.keys(prefix + pattern)
  await close()
  return keys
}

test('a logout is over at once on every node, and ends one token', async () => {
  const [revoked, other] = [await here.issue('someone'), await here.issue('someone')]
  await here.revoke(revoked)
  for (const node of [here, there]) {
    expect(await node.verify(revoked)).toBeNull()
    expect(await node.verify(other)).toMatchObject(ACCEPTED)
  }
})

test('a logout everywhere ends all tokens of the subject and leaves nothing of them, and a new login works', async () => {
  const old = [await here.issue('someone'), await there.issue('someone'), await here.issue('someone')]
  const other = await here.issue('other')
  await here.revokeAll?.('someone')
  expect(await Promise.all(old.map((credential) => verify(there, credential)))).toEqual([null, null, null])
  expect(await keysLike('*someone*')).toEqual([])
  expect(await there.verify(other)).toMatchObject({ sub: 'other' })
  expect(await there.verify(await here.issue('someone'))).toMatchObject(ACCEPTED)
})

test('the index of a subject does not grow with expired tokens', async () => {
  for (let login = 0; login < 5; login++) {
    await here.issue('someone')
    now += 30_000
  }
  const { client, key, close } = await redisLink(redis.url, prefix)
  // Of 60 s: the newest, that of 30 s ago, and none that is over.
  expect(await client.zcard(key('issued-to:https://auth.example.test:someone'))).toBe(2)
  await close()
})

test('a token that was signed but never admitted is refused', async () => {
  const elsewhere = await openNode(jwtWhitelist, redis.url, 'elsewhere:', { now: () => now })
  const foreign = await elsewhere.issue('someone')
  expect(await elsewhere.verify(foreign)).toMatchObject(ACCEPTED)
  expect(await here.verify(foreign)).toBeNull()
  await elsewhere.close()
})

test('can be filled with the tokens of others', async () => {
  await here.fill?.(1000)
  await here.fill?.(500)
  expect((await keysLike('issued:*')).length).toBe(1500)
  // Of others each time.
  expect((await keysLike('issued-to:*')).length).toBe(1500)
})

test('while Redis is away nobody is let in or out, and when it comes back empty nobody is logged in any more', async () => {
  const old = await here.issue('someone')
  await redis.kill()
  for (const attempt of [() => verify(here, old), () => here.revoke(old), () => here.issue('someone')]) {
    await expect((async () => attempt())()).rejects.toThrow(StoreUnavailableError)
  }
  await redis.restart()
  await expect.poll(() => verify(here, old).catch(() => undefined), soon).toBeNull()
  expect(await here.verify(await here.issue('someone'))).toMatchObject(ACCEPTED)
})
