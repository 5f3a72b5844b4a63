import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { type KeyValueStore, StoreUnavailableError } from '../contract.ts'
import { freePort } from '../process/free-port.ts'
import { redisStore } from './redis.ts'
import { redisLink } from './redis-link.ts'

let redis: TestRedis
let store: KeyValueStore

beforeAll(async () => {
  redis = await startRedis()
  store = await redisStore(await redisLink(redis.url, 'run:'))
})

afterAll(async () => {
  await store.close()
  await redis.stop()
})

test('keeps values under its prefix, with their lifetime', async () => {
  const transcript = await redis.listen()
  await store.set('key', 'value', 7)
  expect([await store.get('key'), await store.exists('key')]).toEqual(['value', true])
  await store.delete('key')
  expect([await store.get('key'), await store.exists('key')]).toEqual([null, false])
  await store.setMany([['a', '1']], 7)
  expect(await store.getAndTouch('a', 8)).toBe('1')
  const commands = await transcript.commands()
  transcript.close()
  expect(commands.map((command) => command.slice(command.indexOf('"')))).toEqual([
    '"set" "run:key" "value" "EX" "7"',
    '"get" "run:key"',
    '"exists" "run:key"',
    '"del" "run:key"',
    '"get" "run:key"',
    '"exists" "run:key"',
    '"set" "run:a" "1" "EX" "7"',
    '"getex" "run:a" "EX" "8"',
  ])
})

test('every command of a store that is away fails in the same way, and works again afterwards', async () => {
  await redis.kill()
  const commands = [
    async () => store.get('key'),
    async () => store.exists('key'),
    async () => store.set('key', 'value', 1),
    async () => store.delete('key'),
    async () => store.getAndTouch('key', 1),
    async () => store.setMany([['key', 'value']], 1),
  ]
  for (const command of commands) await expect(command()).rejects.toThrow(StoreUnavailableError)
  await redis.restart()
  await expect.poll(async () => store.exists('key'), { interval: 10 }).toBe(false)
})

async function serverThat(onConnection: Parameters<typeof createServer>[1]): Promise<[Server, string]> {
  const server = createServer(onConnection).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return [server, `127.0.0.1:${(server.address() as AddressInfo).port}`]
}

test('what closed a first connection is told, and no password', async () => {
  const [server, place] = await serverThat((socket) =>
    socket.on('data', () => socket.write('-WRONGPASS no\r\n'.repeat(3))),
  )
  onTestFinished(() => void server.close())
  for (const [words, address] of [
    ['WRONGPASS', place],
    ['ECONNREFUSED', `127.0.0.1:${await freePort()}`],
  ] as const) {
    const error = await redisLink(`redis://me:geheim@${address}`, '').catch((thrown) => thrown)
    expect(error.cause.message).toContain(words)
    expect(inspect(error, { depth: 9 })).not.toContain('geheim')
  }
})

test.each([
  ['hangs', () => {}],
  ['hangs up', (socket) => socket.destroy()],
  ['is not Redis', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['refuses the password', (socket) => socket.on('data', () => socket.write('-WRONGPASS no\r\n'.repeat(3)))],
] satisfies [string, Parameters<typeof createServer>[1]][])(
  'a Redis that %s at the start is named without its password',
  async (_what, onConnection) => {
    const [server, place] = await serverThat(onConnection)
    await expect(redisLink(`redis://me:geheim@${place}`, '')).rejects.toMatchObject({
      code: 'REDIS_UNREACHABLE',
      message: `no usable Redis at ${place}`,
    })
    server.close()
  },
)
