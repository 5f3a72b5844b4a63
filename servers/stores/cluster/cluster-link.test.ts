import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startProxies } from '../../conformance/harness/redis-proxy.ts'
import { startTestCluster, type TestCluster } from '../../conformance/harness/test-cluster.ts'
import { StoreUnavailableError } from '../../contract.ts'
import { nameOf, sessionKeeper } from '../../sessions/keeper.ts'
import { DEFAULT_TOKEN_PROFILE } from '../../tokens/default-profile.ts'
import { type RedisLink, redisLink } from '../redis-link.ts'
import { redisSessions } from '../redis-sessions.ts'
import { trackReads } from '../redis-tracking.ts'
import { slotOf } from './slot.ts'

const SLOTS = 16_384
const USERS = Array.from({ length: 60 }, (_, index) => `user-${index}`)

let cluster: TestCluster
let link: RedisLink

beforeAll(async () => {
  cluster = await startTestCluster()
  link = await redisLink(cluster.url, 'run:')
})

afterEach(() => cluster.resume())

afterAll(async () => {
  await link.close()
  await cluster.stop()
})

async function another(): Promise<RedisLink> {
  const opened = await redisLink(cluster.url, 'run:')
  onTestFinished(() => opened.close())
  return opened
}

const slotInRedis = async (key: string) => Number(await link.client.call('CLUSTER', 'KEYSLOT', key))
const serverOf = async (key: string) =>
  Math.floor(((await slotInRedis(key)) * cluster.servers.length) / SLOTS)

function sessionsOver(of: RedisLink) {
  const store = redisSessions(of, Date.now)
  const keeper = sessionKeeper(store, { now: Date.now, ttlSeconds: 60, token: DEFAULT_TOKEN_PROFILE })
  const find = async (id: string) => store.get(keeper.nameOf(id) ?? '')
  return { ...keeper, store, find, keyOf: (id: string) => store.keyOf(keeper.nameOf(id) ?? '') }
}

test('what belongs to one user lies in one slot, users lie on all servers, and an id leads there from any link', async () => {
  const [here, elsewhere] = [sessionsOver(link), sessionsOver(await another())]
  const ids = await Promise.all(USERS.map((user) => here.start(user)))
  const more = await Promise.all(USERS.map((user) => elsewhere.start(user)))
  expect(new Set([...ids, ...more].map((id) => id.length))).toEqual(new Set([43]))
  const slots = await Promise.all(ids.map((id) => slotInRedis(here.keyOf(id))))
  expect(await Promise.all(more.map((id) => slotInRedis(here.keyOf(id))))).toEqual(slots)
  expect(new Set(await Promise.all(ids.map((id) => serverOf(here.keyOf(id))))).size).toBe(3)
  expect(await Promise.all(ids.map(elsewhere.find))).not.toContain(null)
  for (const user of USERS) await elsewhere.endAll(user)
  expect(new Set(await Promise.all([...ids, ...more].map(here.find)))).toEqual(new Set([null]))
})

test('an id under the tag of somebody else is nobody’s', async () => {
  const sessions = sessionsOver(link)
  const id = await sessions.start('me')
  expect(await sessions.find(`${id.startsWith('AAA') ? 'BBB' : 'AAA'}${id.slice(3)}`)).toBeNull()
  expect(await sessions.store.get(nameOf(id) ?? '')).toBeNull()
})

test('slots are those of Redis', async () => {
  const keys = ['', 'a', 'user:{abc}:def', '{}x', '{}{b}', 'x{y', 'é{ü}', 'a'.repeat(300)]
  expect(keys.map(slotOf)).toEqual(await Promise.all(keys.map(slotInRedis)))
})

test('a fill goes to all servers', async () => {
  const count = async () =>
    Promise.all((await nodesOf(link)).map(async (client) => Number(await client.dbsize())))
  const before = await count()
  await sessionsOver(link).fill(1500)
  const added = (await count()).map((keys, index) => keys - (before[index] ?? 0))
  // A session and the index of its owner.
  expect(added.reduce((sum, keys) => sum + keys, 0)).toBe(3000)
  expect(Math.min(...added)).toBeGreaterThan(500)
})

test('a server that is silent fails what asks for its keys, serves nobody late, and comes back by itself', async () => {
  const sessions = sessionsOver(await another())
  const ids = await Promise.all(USERS.map((user) => sessions.start(user)))
  const servers = await Promise.all(ids.map((id) => serverOf(sessions.keyOf(id))))
  cluster.servers[1]?.signal('SIGSTOP')
  // Twice: what was in flight when the silence was noticed, and what comes after it.
  for (const _ of ['in flight', 'later']) {
    const outcomes = await Promise.allSettled(ids.map(sessions.find))
    const failed = outcomes.map((outcome) => outcome.status === 'rejected')
    expect(failed).toEqual(servers.map((server) => server === 1))
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(StoreUnavailableError)
  }
  cluster.resume()
  await expect
    .poll(async () => (await Promise.allSettled(ids.map(sessions.find))).map(({ status }) => status))
    .not.toContain('rejected')
})

test('changes on every server are reported', async () => {
  const tracked = await another()
  const changed = new Set<string>()
  const listener = {
    changed(keys: readonly string[]) {
      for (const key of keys) changed.add(key)
    },
    lost: () => undefined,
  }
  const tracking = await trackReads(tracked, listener, () => performance.now())
  onTestFinished(() => tracking.close())
  expect(tracking.active()).toBe(true)
  const keys = USERS.map((user) => link.key(`tracked:${user}`))
  for (const key of keys) await link.client.set(key, 'old', 'EX', 60)
  for (const key of keys) await tracked.client.get(key)
  expect(changed.size).toBe(0)
  for (const key of keys) await link.client.set(key, 'new', 'EX', 60)
  await expect.poll(() => [...changed].toSorted()).toEqual(keys.toSorted())
})

test('all connections go another way, also those to come, and back', async () => {
  const proxies = await startProxies(cluster.url)
  onTestFinished(() => proxies.close())
  const moved = await redisLink(cluster.url, 'run:')
  onTestFinished(() => moved.close())
  const beside = moved.connect()
  await beside.connect()
  const never = moved.connect()
  const ids = await Promise.all(USERS.map((user) => sessionsOver(link).start(user)))
  const keys = ids.map((id) => sessionsOver(link).keyOf(id))
  const found = async (client: RedisLink['client']) =>
    (await Promise.allSettled(keys.map((key) => client.get(key)))).filter(
      ({ status }) => status === 'fulfilled',
    ).length

  await moved.moveTo(proxies.way)
  await never.connect()
  expect(await Promise.all([moved.client, beside, never].map(found))).toEqual([60, 60, 60])
  proxies.cut()
  await expect.poll(() => Promise.all([moved.client, beside, never].map(found))).toEqual([0, 0, 0])
  await moved.moveTo(null)
  expect(await Promise.all([moved.client, beside, never].map(found))).toEqual([60, 60, 60])
})

test('a cluster that is away is named without its password', async () => {
  const failure = await redisLink('redis+cluster://:hunter2@127.0.0.1:1,127.0.0.1:2', '').catch(
    (error) => error,
  )
  expect(failure).toMatchObject({ code: 'REDIS_UNREACHABLE', message: 'no usable Redis at 127.0.0.1:1' })
  expect(`${failure.message} ${failure.cause}`).not.toContain('hunter2')
})

async function nodesOf(of: RedisLink) {
  const clients: { dbsize(): Promise<number> }[] = []
  of.eachNode(({ client }) => {
    clients.push(client)
    return () => undefined
  })
  return clients
}
