import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import type { Authenticator } from '../contract.ts'
import { type RedisLink, redisLink } from '../stores/redis-link.ts'
import { testDeps } from '../testing/test-deps.ts'
import { sessionRedisSliding } from './session-redis-sliding.ts'
import { sessionTracked } from './session-tracked.ts'

const BOUND_MS = 1000
const SOON = { interval: 5 }

let redis: TestRedis
let proxy: Proxy
let link: RedisLink
let direct: RedisLink
let here: Authenticator
/** On a connection of its own, so that what it does has to be reported. */
let elsewhere: Authenticator
/** Milliseconds that only go forward, and only when a test says so. */
let clock: number

beforeAll(async () => {
  redis = await startRedis()
})

beforeEach(async () => {
  clock = 0
  proxy = await startProxy(Number(new URL(redis.url).port))
  link = await redisLink(`redis://127.0.0.1:${proxy.port}`, 'test:')
  direct = await redisLink(redis.url, 'test:')
  here = await sessionTracked(() => clock).open(await testDeps({ redis: async () => link }))
  elsewhere = await sessionRedisSliding.open(await testDeps({ redis: async () => direct }))
})

afterEach(async () => {
  await here.close()
  await Promise.all([link.close(), direct.close()])
  proxy.close()
})

afterAll(() => redis.stop())

const accepted = async (credential: string) => (await here.verify(credential)) !== null
const hits = () => here.cacheUse?.().hits ?? 0

/** In the cache, and served from there. */
async function cached(): Promise<string> {
  const own = await here.issue('me')
  await expect
    .poll(async () => {
      const before = hits()
      return (await accepted(own)) && hits() > before
    }, SOON)
    .toBe(true)
  return own
}

test('Redis is not asked for what is cached', async () => {
  const own = await cached()
  const transcript = await redis.listen()
  for (let request = 0; request < 50; request++) expect(await accepted(own)).toBe(true)
  const commands = await transcript.commands()
  transcript.close()
  expect(commands.filter((command) => !/"ping"/i.test(command))).toEqual([])
})

test.each([
  ['a logout', (own: string) => elsewhere.revoke(own)],
  ['a logout everywhere', () => elsewhere.revokeAll?.('me')],
  ['an emptied database', () => direct.client.flushdb()],
])('%s on another server is reported', async (_what, end) => {
  const own = await cached()
  await end(own)
  await expect.poll(() => accepted(own), SOON).toBe(false)
})

test.each([
  ['alone', (own: string) => here.revoke(own)],
  ['with all of its subject', () => here.revokeAll?.('me')],
])('a logout on this server, %s, waits for no report', async (_what, end) => {
  const own = await cached()
  proxy.reports().hold()
  await end(own)
  expect(await accepted(own)).toBe(false)
})

test('an answer that a report overtakes is not kept', async () => {
  const other = await cached()
  const own = await here.issue('me')
  const transcript = await redis.listen()
  proxy.data().hold()
  const underWay = here.verify(own)
  await expect
    .poll(async () => (await transcript.commands()).some((line) => line.includes('"get"')), SOON)
    .toBe(true)
  transcript.close()
  await elsewhere.revoke(own)
  await elsewhere.revoke(other)
  // Reports come in order.
  await expect.poll(() => here.cacheUse?.().entries, SOON).toBe(0)
  proxy.data().release()
  expect(await underWay).toMatchObject({ sub: 'me' })
  expect(await accepted(own)).toBe(false)
})

test('while nothing is heard, what is cached is believed for one second', async () => {
  const own = await cached()
  proxy.reports().hold()
  const heardAt = clock
  await elsewhere.revoke(own)
  clock = heardAt + BOUND_MS - 1
  expect(await accepted(own)).toBe(true)
  clock = heardAt + BOUND_MS
  expect(await accepted(own)).toBe(false)
})

test('a lost connection of reports is noticed and replaced; what happened meanwhile is known', async () => {
  const own = await cached()
  const lost = proxy.reports()
  lost.hold()
  await elsewhere.revoke(own)
  // Two seconds without a report, and then the line is dead.
  clock += 2000
  lost.end()
  expect(await accepted(own)).toBe(false)
  const next = await cached()
  await elsewhere.revoke(next)
  await expect.poll(() => accepted(next), SOON).toBe(false)
})

test.each([
  ['of reports', () => direct.client.client('KILL', 'TYPE', 'PUBSUB')],
  ['of data', () => direct.client.client('KILL', 'TYPE', 'NORMAL')],
] as const)('after the end of the connection %s nothing from before is believed', async (_which, kill) => {
  const own = await cached()
  await kill()
  await elsewhere.revoke(own)
  // The clock stands still: it is not the bound that ends it.
  await expect.poll(() => accepted(own).catch(() => true), SOON).toBe(false)
  const next = await cached()
  await elsewhere.revoke(next)
  await expect.poll(() => accepted(next), SOON).toBe(false)
})

test('a lost connection ends the belief, also where it cannot be opened again', async () => {
  const own = await cached()
  proxy.refuse()
  proxy.reports().hold()
  await elsewhere.revoke(own)
  proxy.reports().end()
  await expect.poll(() => accepted(own), SOON).toBe(false)
})

test('a lost connection of data leaves nothing that is believed', async () => {
  const own = await cached()
  proxy.refuse()
  proxy.data().end()
  await expect.poll(() => accepted(own).catch(({ code }) => code), SOON).toBe('STORE_UNAVAILABLE')
})

test('when Redis answers nothing, neither does the cache for longer than a second', async () => {
  const own = await cached()
  proxy.data().hold()
  clock += BOUND_MS
  // That reports still come proves nothing: without the other connection there are none.
  for (let beat = 0; beat < 2; beat++) await proxy.reports().next('pong')
  await expect(accepted(own)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
})

test('a heartbeat keeps the cache believed, and ends with the server', async () => {
  const own = await cached()
  for (let beat = 0; beat < 2; beat++) {
    clock += BOUND_MS - 1
    await proxy.reports().next('pong')
    await expect
      .poll(async () => {
        const before = hits()
        await accepted(own)
        return hits() > before
      }, SOON)
      .toBe(true)
  }
  await here.close()
  const transcript = await redis.listen()
  await delay(300)
  expect(await transcript.commands()).toEqual([])
  transcript.close()
})

test('a Redis that does not report is refused at the start', async () => {
  await direct.client.acl('SETUSER', 'default', '-client|tracking')
  try {
    const deps = await testDeps({ redis: async () => link })
    await expect(sessionTracked().open(deps)).rejects.toMatchObject({ code: 'TRACKING_REFUSED' })
  } finally {
    await direct.client.acl('SETUSER', 'default', '+client|tracking')
  }
})

interface Line {
  /** What Redis says is kept back. */
  hold(): void
  release(): void
  /** When it has said this, and it has been passed on. */
  next(text: string): Promise<void>
  end(): void
}

interface Proxy {
  readonly port: number
  /** In the order in which they were opened: data first. */
  data(): Line
  reports(): Line
  /** Opens no more of them. */
  refuse(): void
  close(): void
}

async function startProxy(redisPort: number): Promise<Proxy> {
  const lines: Line[] = []
  const server: Server = createServer((client) =>
    lines.push(lineBetween(client, connect(redisPort, '127.0.0.1'))),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const line = (index: number) => {
    const found = lines[index]
    if (found === undefined) throw new Error(`there is no connection ${index}`)
    return found
  }
  return {
    port: (server.address() as AddressInfo).port,
    data: () => line(0),
    reports: () => line(1),
    refuse: () => server.close(),
    close() {
      server.close()
      for (const open of lines) open.end()
    },
  }
}

function lineBetween(client: Socket, upstream: Socket): Line {
  client.on('data', (chunk) => upstream.write(chunk))
  upstream.on('data', (chunk) => client.write(chunk))
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => {})
    one.on('close', () => other.destroy())
  }
  return {
    hold: () => upstream.pause(),
    release: () => upstream.resume(),
    async next(text) {
      for (;;) {
        const [chunk] = await once(upstream, 'data')
        if (String(chunk).includes(text)) break
      }
    },
    end: () => client.destroy(),
  }
}
