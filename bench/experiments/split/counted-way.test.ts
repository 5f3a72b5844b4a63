import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { originOf } from '../../load/http/address.ts'
import { requestsTo } from '../../trials/requests.ts'
import { countedWay, httpRequests, redisCommands } from './counted-way.ts'

test('requests and open connections are counted, and a target that is away is no connection', async () => {
  const server = createServer((_request, reply) => reply.end('{}'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const way = await countedWay({ host: '127.0.0.1', port }, httpRequests)
  onTestFinished(() => way.close())
  const requests = requestsTo({ origin: originOf(way) }, 'bearer', 1)
  onTestFinished(() => requests.close())
  await requests.me('token')
  await requests.login('user')
  expect(way.asked()).toBe(2)
  expect(way.connections()).toBe(1)
  server.close()
  server.closeAllConnections()
  await expect(requests.me('token')).rejects.toThrow()
  await expect.poll(() => way.connections()).toBe(0)
})

const command = (...words: readonly string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`

const counted = (counter: (chunk: Buffer) => number, chunks: readonly Buffer[]) =>
  chunks.reduce((sum, chunk) => sum + counter(chunk), 0)

test('commands are counted, however many a chunk has and wherever it ends', () => {
  const text = Buffer.from(
    [command('GET', 'key'), command('SET', 'ключ', '*1\r\n$4\r\nPING\r\n'), command('PING')].join(''),
  )
  expect(counted(redisCommands(), [text])).toBe(3)
  for (let cut = 0; cut <= text.length; cut += 1)
    expect(counted(redisCommands(), [text.subarray(0, cut), text.subarray(cut)])).toBe(3)
  expect(counted(redisCommands(), [text.subarray(0, -1)])).toBe(2)
})

test('requests are counted, and not what follows in their bodies', () => {
  const chunks = ['POST /introspect HTTP/1.1\r\nhost: a\r\n\r\n', 'token=GET', 'GET /jwks HTTP/1.1\r\n\r\n']
  expect(
    counted(
      httpRequests(),
      chunks.map((each) => Buffer.from(each)),
    ),
  ).toBe(2)
})
