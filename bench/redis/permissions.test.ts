import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startAuthServer } from '../../servers/auth-server/server.ts'
import { refreshRequest } from '../../servers/conformance/harness/checked-server.ts'
import { sendTo } from '../../servers/conformance/harness/raw-http.ts'
import { startRedis, type TestRedis } from '../../servers/conformance/harness/test-redis.ts'
import { StoreUnavailableError } from '../../servers/contract.ts'
import { STRATEGIES } from '../../servers/registry.ts'
import { startServer } from '../../servers/server.ts'
import { testKeys } from '../../servers/testing/test-deps.ts'
import { DEFAULT_TOKEN_PROFILE } from '../../servers/tokens/default-profile.ts'
import { connectRedis } from './connection.ts'
import { neededPermissions } from './permissions.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench-acl-'))
let redis: TestRedis
let admin: Redis
let url = ''
beforeAll(async () => {
  redis = await startRedis()
  admin = new Redis(redis.url)
  await admin.acl('SETUSER', 'bench', 'on', '>secret', ...neededPermissions().split(' '))
  url = redis.url.replace('redis://', 'redis://bench:secret@')
})
afterAll(async () => {
  admin.disconnect()
  await redis.stop()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  await admin.flushall()
  await admin.acl('LOG', 'RESET')
})

/** What was refused in this test: `COMMAND: reason`. */
async function refusals(): Promise<readonly string[]> {
  const entries = (await admin.acl('LOG')) as unknown[]
  return entries.map((entry) => String(Array.isArray(entry) ? entry : JSON.stringify(entry)))
}

const asking = Object.values(STRATEGIES).filter(({ needs }) => needs.includes('redis'))

test('the harness needs no more than it names', async () => {
  const control = await connectRedis(url)
  await control.snapshot()
  await admin.set('authbench:left', '1')
  expect(await control.deletePrefix('authbench:')).toBe(1)
  await control.close()
  expect(await refusals()).toEqual([])
})

test.each(asking.map(({ id }) => id))('%s needs no more than is named', async (id) => {
  const strategy = asking.find((each) => each.id === id)
  if (strategy === undefined) throw new Error(id)
  const keys = await testKeys()
  const shared = {
    keys,
    token: DEFAULT_TOKEN_PROFILE,
    ttlSeconds: 600,
    keyPrefix: `authbench:${id}:`,
    port: 0,
  }
  const clocks = { now: Date.now, clock: () => performance.now() }
  const authServer = strategy.needs.includes('auth-server')
    ? await startAuthServer({ ...shared, ...clocks, redisUrl: url })
    : null
  const server = await startServer(strategy, {
    ...shared,
    ...clocks,
    transport: 'bearer',
    redisUrl: url,
    folder,
    authServer: authServer?.address ?? null,
  })
  const origin = `http://127.0.0.1:${server.port}`
  const bearer = (token: string) => [['authorization', `Bearer ${token}`]] as const
  const json = [['content-type', 'application/json']] as const
  const login = async (subject: string) =>
    JSON.parse(
      (
        await sendTo(origin, {
          method: 'POST',
          path: '/login',
          headers: json,
          body: JSON.stringify({ subject }),
        })
      ).body,
    )
  const [first, second] = [await login('user-1'), await login('user-2')]
  const get = (token: string) => sendTo(origin, { path: '/me', headers: bearer(token) })
  expect((await get(first.access_token)).status).toBe(200)
  expect((await get(first.access_token)).status).toBe(200)
  if (first.refresh_token !== undefined) {
    const third = await login('user-3')
    expect((await sendTo(origin, refreshRequest(third.refresh_token, []))).status).toBe(200)
  }
  expect(
    (await sendTo(origin, { method: 'POST', path: '/logout', headers: bearer(first.access_token) })).status,
  ).toBe(204)
  const everywhere = await sendTo(origin, {
    method: 'POST',
    path: '/logout-all',
    headers: bearer(second.access_token),
  })
  expect([204, 501, 404, 405]).toContain(everywhere.status)
  await server.close()
  await authServer?.close()
  expect(await refusals()).toEqual([])
})

test('a user who may do less is told in the words of Redis, with what is needed', async () => {
  await admin.acl('SETUSER', 'less', 'on', '>secret', '~authbench:*', '+info', '+hello')
  const failure = await connectRedis(url.replace('bench:', 'less:')).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    code: 'REDIS_AUTH',
    exitCode: 2,
    message: expect.stringMatching(/it says: NOPERM .*set/i),
    next: expect.stringContaining('+evalsha'),
  })
  expect(JSON.stringify(failure)).not.toContain('secret')
})

test('a Redis without memory to spare is told in its own words, by the harness and by a server', async () => {
  await admin.config('SET', 'maxmemory-policy', 'noeviction')
  await admin.config('SET', 'maxmemory', '1')
  try {
    await expect(connectRedis(url)).rejects.toMatchObject({
      code: 'REDIS_NOT_WRITABLE',
      message: expect.stringContaining('OOM command not allowed'),
    })
    const refused = await admin.set('authbench:x', 'y').catch((error: unknown) => error)
    expect(new StoreUnavailableError(refused).message).toContain('refuses: OOM command not allowed')
  } finally {
    await admin.config('SET', 'maxmemory', '0')
  }
})

test('what Redis repeats of a command is not told', () => {
  const reply = Object.assign(
    new Error("ERR unknown command 'GETEX', with args beginning with: 'authbench:secret'"),
    {
      name: 'ReplyError',
    },
  )
  expect(new StoreUnavailableError(reply).message).toBe(
    "the session store refuses: ERR unknown command 'GETEX'",
  )
  expect(new StoreUnavailableError(new Error('Connection is closed')).message).toBe(
    'the session store did not answer',
  )
})
