import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { measureDelay } from '../conformance/harness/own-delay.ts'
import { countRequests } from '../conformance/harness/request-count.ts'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { STRATEGIES } from '../registry.ts'
import { openPair, openResourceServer } from '../testing/resource-server.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'

const TTL_SECONDS = 60
let redis: TestRedis
let now: number
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(() => {
  now = Date.UTC(2030, 0, 1)
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const options = () => ({ redisUrl: redis.url, ttlSeconds: TTL_SECONDS, now: () => now })

async function open(strategy: 'introspection' | 'introspection-cached') {
  const pair = await openPair(strategy, options())
  closers.push(pair.close)
  return pair
}

/** Any auth server, however bad. */
async function openBefore(strategy: 'introspection' | 'introspection-cached', answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const address = { origin: `http://127.0.0.1:${port}`, clientId: 'api', clientSecret: 'x'.repeat(43) }
  const resource = await openResourceServer(strategy, address, options())
  closers.push(resource.close, async () => {
    server.closeAllConnections()
    server.close()
  })
  return resource
}

const TOKEN = 'A'.repeat(43)

test.each(['introspection', 'introspection-cached'] as const)(
  '%s: away is 503, and it recovers by itself',
  async (strategy) => {
    const { login, me, post, stopAuthServer, restartAuthServer } = await open(strategy)
    const good = await login()
    await stopAuthServer()
    expect(await me(good)).toBe(503)
    expect(await post('/logout', good)).toBe(503)
    await restartAuthServer()
    expect(await me(good)).toBe(200)
  },
)

test.each([
  ['introspection', 1],
  ['introspection-cached', 0],
] as const)(
  '%s: a good request is %s lookup at the auth server, and as many in Redis',
  async (strategy, lookups) => {
    const { login, me, authServerAddress } = await open(strategy)
    const good = await login()
    await me(good)
    const asked = countRequests(authServerAddress.origin, '/introspect')
    const transcript = await redis.listen()
    expect([await me(good), await me(good)]).toEqual([200, 200])
    const gets = (await transcript.commands()).filter((command) => /"get"/i.test(command))
    transcript.close()
    asked.stop()
    expect([asked.count(), gets.length]).toEqual([2 * lookups, 2 * lookups])
    expect(STRATEGIES[strategy].roundTrips).toBe(2 * lookups)
  },
)

test('an answer is good for five seconds, and never longer than its token', async () => {
  const { login, me, server, stopAuthServer } = await open('introspection-cached')
  const [good, short] = [await login(), await login()]
  now += 1000 * TTL_SECONDS - 4000
  const [late] = [await login()]
  expect([await me(short), await me(late)]).toEqual([200, 200])
  expect(await me(good)).toBe(200)
  await stopAuthServer()
  now += 3999
  expect([await me(short), await me(late)]).toEqual([200, 200])
  now += 1
  expect([await me(short), await me(late)]).toEqual([503, 200])
  now += 1000
  expect(await me(late)).toBe(503)
  expect(server.cacheUse()).toMatchObject({ hits: 3, entries: 3 })
})

test('a clock that was set back keeps no answer longer', async () => {
  const { login, me, server, stopAuthServer } = await open('introspection-cached')
  const token = await login()
  expect([await me(token), await me(token), server.cacheUse()?.hits]).toEqual([200, 200, 1])
  await stopAuthServer()
  now -= 10_000
  expect(await me(token)).toBe(503)
})

test('a revoked token is refused at once here, and within five seconds on another server', async () => {
  const first = await open('introspection-cached')
  const second = await openResourceServer('introspection-cached', first.authServerAddress, options())
  closers.push(second.close)
  const [one, two, three] = [await first.login(), await first.login(), await first.login()]
  const bob = await first.login('bob')
  for (const token of [one, two, three, bob]) {
    expect([await first.me(token), await second.me(token)]).toEqual([200, 200])
  }
  expect(await first.post('/logout', one)).toBe(204)
  expect([await first.me(one), await first.me(two)]).toEqual([401, 200])
  expect(await first.post('/logout-all', two)).toBe(204)
  for (const token of [one, two, three]) {
    expect([await first.me(token), await second.me(token)]).toEqual([401, 200])
  }
  now += 5000
  for (const token of [one, two, three]) expect(await second.me(token)).toBe(401)
  expect([await first.me(bob), await second.me(bob)]).toEqual([200, 200])
})

test.each(['introspection', 'introspection-cached'] as const)(
  '%s: what is no token is not asked about',
  async (strategy) => {
    let asked = 0
    const { me } = await openBefore(strategy, (_request, response) => {
      asked++
      response.end('{"active":false}')
    })
    for (const bad of ['x', TOKEN.slice(1), `${TOKEN}A`, `${TOKEN.slice(1)}=`, `${TOKEN.slice(1)}&`]) {
      expect(await me(bad)).toBe(401)
    }
    expect(asked).toBe(0)
    expect([await me(TOKEN), await me(TOKEN)]).toEqual([401, 401])
    expect(asked).toBe(2)
  },
)

const second = () => now / 1000
const claims = () => ({
  iss: DEFAULT_TOKEN_PROFILE.issuer,
  aud: DEFAULT_TOKEN_PROFILE.audience,
  sub: 'alice',
  client_id: 'authbench',
  jti: 'id',
  iat: second(),
  exp: second() + 60,
})

test.each([
  ['active', {}, 200],
  ['active, but only nearly', { active: 'true' }, 401],
  ['without an answer', { active: undefined }, 401],
  ['for another API', { aud: 'https://other.example.test' }, 401],
  ['of another issuer', { iss: 'https://evil.example.test' }, 401],
  ['expired', { exp: Date.UTC(2030, 0, 1) / 1000 }, 401],
  ['without an end', { exp: undefined }, 401],
  ['nobody', { sub: undefined }, 401],
])('a token that the auth server calls %s', async (_what, changes, status) => {
  const { me } = await openBefore('introspection', (_request, response) =>
    response.end(JSON.stringify({ ...claims(), active: true, ...changes })),
  )
  expect(await me(TOKEN)).toBe(status)
})

test.each([
  ['hangs', () => {}],
  ['hangs in the middle', (_request, response) => response.writeHead(200).write('{"active":')],
  ['hangs up', (request) => request.socket.destroy()],
  [
    'does not know this client',
    (_request, response) => response.writeHead(401).end('{"error":"invalid_client"}'),
  ],
  ['is out of order', (_request, response) => response.writeHead(500).end('{"active":true}')],
  ['answers something else', (_request, response) => response.end('<html>')],
  ['answers no object', (_request, response) => response.end('[]')],
] satisfies [string, RequestListener][])('an auth server that %s is 503 in time', async (_what, answer) => {
  const { me } = await openBefore('introspection', answer)
  const startedAt = performance.now()
  using meter = measureDelay()
  expect(await me(TOKEN)).toBe(503)
  expect(performance.now() - startedAt - meter.lateMs()).toBeLessThan(1000)
})
