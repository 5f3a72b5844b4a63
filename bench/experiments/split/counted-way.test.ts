import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { originOf } from '../../load/http/address.ts'
import { requestsTo } from '../../trials/requests.ts'
import { countedWay } from './counted-way.ts'

test('requests and open connections are counted, and a target that is away is no connection', async () => {
  const server = createServer((_request, reply) => reply.end('{}'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const way = await countedWay({ host: '127.0.0.1', port })
  onTestFinished(() => way.close())
  const requests = requestsTo({ origin: originOf(way) }, 'bearer', 1)
  onTestFinished(() => requests.close())
  await requests.me('token')
  await requests.login('user')
  expect(way.requests()).toBe(2)
  expect(way.connections()).toBe(1)
  server.close()
  server.closeAllConnections()
  await expect(requests.me('token')).rejects.toThrow()
  await expect.poll(() => way.connections()).toBe(0)
})
