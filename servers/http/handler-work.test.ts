import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { STRATEGIES } from '../registry.ts'
import { startTestServer } from '../testing/test-server.ts'
import { handlerWork } from './handler-work.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench-work-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const noRedis = () => Promise.reject(new Error('no Redis is asked for'))
const EMPTY = { waitMs: 0, cpuUs: 0, rows: 'none' } as const

test('an empty handler is no work at all', async () => {
  const work = handlerWork(noRedis, folder, [])
  expect(work.current).toBeNull()
  await work.change({ ...EMPTY, waitMs: 1 })
  expect(work.current).not.toBeNull()
  await work.change(EMPTY)
  expect(work.current).toBeNull()
  await expect(work.change({ ...EMPTY, rows: 'redis' })).rejects.toThrow('no Redis')
})

test.each([
  ['waits', { ...EMPTY, waitMs: 20 }, 19],
  ['computes', { ...EMPTY, cpuUs: 20_000 }, 20],
])('%s at least as long as it is told', async (_what, handler, leastMs) => {
  const work = handlerWork(noRedis, folder, [])
  await work.change(handler)
  const before = performance.now()
  await work.current?.('user-0000001')
  expect(performance.now() - before).toBeGreaterThanOrEqual(leastMs)
})

test('a server goes on with other work and larger claims, and its rows are those of its users', async () => {
  const server = await startTestServer(STRATEGIES['jwt-hs256-fast'], { folder })
  try {
    const me = async () => {
      const [credential = ''] = await server.issue(['user-0000001'])
      const answer = await fetch(`http://127.0.0.1:${server.port}/me`, {
        headers: { authorization: `Bearer ${credential}` },
      })
      return { status: answer.status, bytes: credential.length }
    }
    const before = await me()
    await server.enter({ handler: { ...EMPTY, rows: 'sqlite' }, roles: 20, store: null })
    const larger = await me()
    expect([before.status, larger.status]).toEqual([200, 200])
    expect(larger.bytes - before.bytes).toBeGreaterThan(18 * 28)
    await server.enter({ handler: EMPTY, roles: 400, store: null })
    expect(await me()).toMatchObject({ status: 401 })
    await server.enter({ handler: EMPTY, roles: 600, store: null })
    expect(await me()).toMatchObject({ status: 431 })
    await server.enter({ handler: EMPTY, roles: null, store: null })
    expect(await me()).toEqual(before)
  } finally {
    await server.close()
  }
})
