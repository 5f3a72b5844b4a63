import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAuthServer } from '../auth-server/server.ts'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { STRATEGIES } from '../registry.ts'
import { startServer } from '../server.ts'
import { type RedisLink, redisLink } from '../stores/redis-link.ts'
import { testKeys } from '../testing/test-deps.ts'
import { DEFAULT_TOKEN_PROFILE } from './default-profile.ts'

const stateful = Object.values(STRATEGIES).filter(({ state }) => state === 'stateful')
let redis: TestRedis
let link: RedisLink
let folder: string

beforeAll(async () => {
  redis = await startRedis()
  link = await redisLink(redis.url, '')
  folder = await mkdtemp(join(tmpdir(), 'authbench-expired-'))
})
afterAll(async () => {
  await link.close()
  await redis.stop()
  await rm(folder, { recursive: true })
})

/** Of Redis and of the file; what is in the memory of a server shows in its answers only. */
async function entries(keyPrefix: string, hasFile: boolean): Promise<number> {
  const { length } = await link.client.keys(`${keyPrefix}*`)
  if (!hasFile) return length
  const database = new DatabaseSync(join(folder, 'sessions.db'), { readOnly: true })
  const rows = database.prepare('SELECT name FROM session').all()
  database.close()
  return length + rows.length
}

test.each(stateful)('$id: an expired credential is refused, and no store knows it', async (strategy) => {
  const needs = (need: string) => strategy.needs.some((one) => one === need)
  const options = {
    keys: await testKeys(),
    token: DEFAULT_TOKEN_PROFILE,
    ttlSeconds: 60,
    redisUrl: needs('redis') ? redis.url : null,
    keyPrefix: `${strategy.id}:`,
    port: 0,
    now: Date.now,
  }
  const authServer = needs('auth-server') ? await startAuthServer(options) : null
  const server = await startServer(strategy, {
    ...options,
    transport: 'bearer',
    folder,
    authServer: authServer?.address ?? null,
  })
  try {
    const expired = await server.issue(['alice', 'bob'], 'expired')
    expect(await entries(options.keyPrefix, needs('sqlite'))).toBe(0)
    await server.issue(['carol'])
    expect(await entries(options.keyPrefix, needs('sqlite'))).toBeGreaterThanOrEqual(needs('memory') ? 0 : 1)
    for (const credential of expired) {
      const headers = { authorization: `Bearer ${credential}` }
      expect((await fetch(`http://127.0.0.1:${server.port}/me`, { headers })).status).toBe(401)
    }
  } finally {
    await server.close()
    await authServer?.close()
  }
})
