import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { STRATEGIES } from '../registry.ts'
import type { RunningServer } from '../server.ts'
import { redisLink } from '../stores/redis-link.ts'
import { startTestServer } from '../testing/test-server.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const TTL_SECONDS = 600

interface Grant {
  readonly status: number
  readonly access: string
  readonly refresh: string
}

let redis: TestRedis
const servers: RunningServer[] = []
let now: number
let roles: readonly string[]

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

let run = 0
beforeEach(() => {
  now = Date.UTC(2030, 0, 1)
  roles = ['customer']
  run++
})
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

type Id = 'jwt-refresh' | 'jwt-refresh-leeway' | 'jwt-refresh-idempotent'
const FORGIVING = ['jwt-refresh-leeway', 'jwt-refresh-idempotent'] as const

async function open(id: Id = 'jwt-refresh') {
  const server = await startTestServer(STRATEGIES[id], {
    token: {
      ...DEFAULT_TOKEN_PROFILE,
      claims: {
        get roles() {
          return roles
        },
      },
    },
    ttlSeconds: TTL_SECONDS,
    redisUrl: redis.url,
    keyPrefix: `test-${run}:`,
    now: () => now,
  })
  servers.push(server)
  const origin = `http://127.0.0.1:${server.port}`

  async function grantOf(path: string, body: unknown): Promise<Grant> {
    const reply = await fetch(origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const { access_token = '', refresh_token = '' } = JSON.parse(await reply.text())
    return { status: reply.status, access: access_token, refresh: refresh_token }
  }
  const bearer = (credential: string) => ({ headers: { authorization: `Bearer ${credential}` } })
  return {
    login: (subject = 'alice') => grantOf('/login', { subject }),
    refresh: (refreshToken: string) => grantOf('/refresh', { refresh_token: refreshToken }),
    me: async (credential: string) => {
      const reply = await fetch(`${origin}/me`, bearer(credential))
      return { status: reply.status, body: JSON.parse(await reply.text()) }
    },
    logout: async (credential: string, path = '/logout') =>
      (await fetch(origin + path, { method: 'POST', ...bearer(credential) })).status,
  }
}

test('a refresh gives new tokens, with the claims of now, and says nothing of its family', async () => {
  const server = await open()
  const first = await server.login()
  roles = ['reviewer']
  const second = await server.refresh(first.refresh)
  expect(await server.me(first.access)).toEqual({
    status: 200,
    body: { sub: 'alice', claims: { roles: ['customer'] } },
  })
  expect(await server.me(second.access)).toEqual({
    status: 200,
    body: { sub: 'alice', claims: { roles: ['reviewer'] } },
  })
  expect(second.refresh).toMatch(/^[\w-]{68}$/)
  expect(second.refresh).not.toBe(first.refresh)
  expect((await server.refresh(second.refresh)).status).toBe(200)
})

test('a used refresh token ends its whole family, and no other one', async () => {
  const server = await open()
  const [stolen, other] = [await server.login(), await server.login()]
  const second = await server.refresh(stolen.refresh)
  const third = await server.refresh(second.refresh)
  expect((await server.refresh(stolen.refresh)).status).toBe(400)
  expect((await server.refresh(third.refresh)).status).toBe(400)
  expect((await server.refresh(other.refresh)).status).toBe(200)
})

test('a made-up refresh token ends no family', async () => {
  const server = await open()
  const { refresh } = await server.login()
  const forged = 'A'.repeat(24) + refresh.slice(24)
  for (const bad of [forged, `${refresh}A`, refresh.slice(0, -1), '', 'x', `${refresh.slice(0, -1)}=`]) {
    expect((await server.refresh(bad)).status).toBe(400)
  }
  expect((await server.refresh(refresh)).status).toBe(200)
})

test('whoever knows the id of a family and not its token had an old one: the family ends', async () => {
  const server = await open()
  const { refresh } = await server.login()
  expect((await server.refresh(refresh.slice(0, 24) + 'A'.repeat(44))).status).toBe(400)
  expect((await server.refresh(refresh)).status).toBe(400)
})

test.each(['jwt-refresh', ...FORGIVING] as const)(
  '%s: a family does not grow with its refreshes',
  async (id) => {
    const server = await open(id)
    const link = await redisLink(redis.url, '')
    let { refresh } = await server.login()
    const sizeAfter = async (refreshes: number) => {
      for (let count = 0; count < refreshes; count++) refresh = (await server.refresh(refresh)).refresh
      const [family = ''] = await link.client.keys(`test-${run}:family:*`)
      return Object.values(await link.client.hgetall(family)).join().length
    }
    // Within one leeway as many as it lists.
    const full = await sizeAfter(20)
    expect(full).toBeGreaterThan(0)
    expect(await sizeAfter(20)).toBe(full)
    now += 60_000
    expect(await sizeAfter(1)).toBeLessThanOrEqual(full)
    await link.close()
  },
)

test('ten refreshes at once with one token: one wins, and the others end the family', async () => {
  const server = await open()
  const { refresh } = await server.login()
  const grants = await Promise.all(Array.from({ length: 10 }, () => server.refresh(refresh)))
  const won = grants.filter(({ status }) => status === 200)
  expect(won).toHaveLength(1)
  expect((await server.refresh(won[0]?.refresh ?? '')).status).toBe(400)
})

test.each(FORGIVING)('%s: ten refreshes at once, on two servers, get the same successor', async (id) => {
  const nodes = [await open(id), await open(id)]
  const [first] = nodes
  const { refresh } = (await first?.login()) ?? { refresh: '' }
  const grants = await Promise.all(
    Array.from({ length: 10 }, (_, index) => nodes[index % 2]?.refresh(refresh) ?? null),
  )
  const successors = new Set(grants.map((grant) => grant?.refresh))
  expect([successors.size, ...new Set(grants.map((grant) => grant?.status))]).toEqual([1, 200])
  const [successor = ''] = successors
  now += 9_999
  expect((await first?.refresh(refresh))?.refresh).toBe(successor)
  expect((await first?.refresh(successor))?.status).toBe(200)
})

test.each([
  ['jwt-refresh-leeway', 'after the leeway', 10_000, false],
  ['jwt-refresh-leeway', 'within it, once its successor was used', 0, true],
  ['jwt-refresh-idempotent', 'after the leeway', 10_000, false],
  ['jwt-refresh-idempotent', 'after the leeway, and its successor was used', 10_000, true],
] as const)('%s: a used refresh token ends the family %s', async (id, _when, laterMs, isSuccessorUsed) => {
  const server = await open(id)
  const { refresh } = await server.login()
  let current = (await server.refresh(refresh)).refresh
  if (isSuccessorUsed) current = (await server.refresh(current)).refresh
  now += laterMs
  expect((await server.refresh(refresh)).status).toBe(400)
  expect((await server.refresh(current)).status).toBe(400)
})

test('idempotent: whoever is late by several exchanges gets the newest token as well, on another server', async () => {
  const [server, other] = [await open('jwt-refresh-idempotent'), await open('jwt-refresh-idempotent')]
  const tokens = [(await server.login()).refresh]
  for (let count = 0; count < 5; count++) tokens.push((await server.refresh(tokens.at(-1) ?? '')).refresh)
  const newest = tokens.at(-1)
  expect(new Set(tokens).size).toBe(6)
  for (const used of tokens.slice(0, -1)) expect((await other.refresh(used)).refresh).toBe(newest)
  const next = await other.refresh(newest ?? '')
  expect([next.status, tokens.includes(next.refresh)]).toEqual([200, false])
})

test('a family ends when it is idle, and in any case at the end of its longest life', async () => {
  const server = await open()
  const idle = await server.login()
  let { refresh } = await server.login()
  const born = now
  now += 7 * DAY_MS - 1
  expect((await server.refresh(refresh)).status).toBe(200)
  now += 1
  expect((await server.refresh(idle.refresh)).status).toBe(400)

  refresh = (await server.login()).refresh
  for (
    now = born + 7 * DAY_MS;
    now < born + 37 * DAY_MS - 1;
    now = Math.min(now + 6 * DAY_MS, born + 37 * DAY_MS - 1)
  ) {
    const grant = await server.refresh(refresh)
    expect(grant.status).toBe(200)
    refresh = grant.refresh
  }
  now += 1
  expect((await server.refresh(refresh)).status).toBe(400)
})

test('a logout ends the family of its token, a logout everywhere those of its subject', async () => {
  const server = await open()
  const [first, second, third] = [await server.login(), await server.login(), await server.login()]
  const bob = await server.login('bob')
  expect(await server.logout(first.access)).toBe(204)
  expect((await server.refresh(first.refresh)).status).toBe(400)
  const renewed = await server.refresh(second.refresh)
  expect(renewed.status).toBe(200)
  expect(await server.logout(third.access, '/logout-all')).toBe(204)
  expect((await server.refresh(renewed.refresh)).status).toBe(400)
  expect((await server.refresh(third.refresh)).status).toBe(400)
  expect((await server.refresh(bob.refresh)).status).toBe(200)
  // What the strategy declares: the access token itself lives on.
  expect((await server.me(first.access)).status).toBe(200)
  now += 1000 * TTL_SECONDS
  expect((await server.me(first.access)).status).toBe(401)
})

test('a refresh token is no access token, nor the reverse', async () => {
  const server = await open()
  const { access, refresh } = await server.login()
  expect((await server.me(refresh)).status).toBe(401)
  expect((await server.refresh(access)).status).toBe(400)
})

test('a refresh is one command, which holds no token, and verifying is none', async () => {
  const server = await open()
  const { access, refresh } = await server.login()
  // Redis learns the script from the first one.
  await server.refresh((await server.login()).refresh)
  const transcript = await redis.listen()
  const second = await server.refresh(refresh)
  await server.me(access)
  const commands = (await transcript.commands()).filter((command) => !/\[\d+ lua\]/.test(command))
  expect(commands.map((command) => /"(\w+)"/.exec(command)?.[1])).toEqual(['evalsha'])
  await server.refresh(second.refresh)
  await server.logout(access)
  const everything = (await transcript.commands()).join('\n')
  transcript.close()
  for (const secret of [refresh.slice(0, 24), refresh.slice(24), second.refresh.slice(24), access]) {
    expect(everything).not.toContain(secret)
  }
})

test('without Redis a refresh is 503 and a request is served; then both are', async () => {
  const server = await open()
  const { access, refresh } = await server.login()
  redis.pause()
  try {
    expect((await server.refresh(refresh)).status).toBe(503)
    expect((await server.me(access)).status).toBe(200)
  } finally {
    redis.resume()
  }
  await expect.poll(async () => (await server.login()).status, { interval: 10 }).toBe(200)
})

test('a store is filled with families of others', async () => {
  await open()
  const link = await redisLink(redis.url, '')
  const before = await link.client.dbsize()
  await servers[0]?.fill(1000)
  await servers[0]?.fill(500)
  // A family, and the list of families of its subject, who is another one each time.
  expect((await link.client.dbsize()) - before).toBe(3000)
  await link.close()
})
