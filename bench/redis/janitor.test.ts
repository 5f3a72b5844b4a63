import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../../servers/conformance/harness/test-redis.ts'
import { watchKeys } from './janitor.ts'

let redis: TestRedis
let client: Redis
beforeAll(async () => {
  redis = await startRedis()
  client = new Redis(redis.url)
})
beforeEach(() => client.flushall())
afterAll(async () => {
  client.disconnect()
  await redis.stop()
})

test('keys of a run that is killed are removed, and no others', async () => {
  await client.mset('authbench:run:one', '1', 'authbench:run:two', '2', 'authbench:other', '3')
  const program = `
    const { watchKeys } = await import(${JSON.stringify(fileURLToPath(new URL('./janitor.ts', import.meta.url)))})
    await watchKeys(${JSON.stringify(redis.url)}, 'authbench:run:', new AbortController().signal)
    process.stdout.write('watching')
    setInterval(() => {}, 1000)`
  const run = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(run.stdout, 'data')
  run.kill('SIGKILL')
  await expect.poll(() => client.keys('authbench:*')).toEqual(['authbench:other'])
})

test('a run that ends in order ends it, and nothing is removed behind its back', async () => {
  await client.set('authbench:mine', '1')
  const end = await watchKeys(redis.url, 'authbench:mine', new AbortController().signal)
  await end()
  expect(await client.get('authbench:mine')).toBe('1')
})
