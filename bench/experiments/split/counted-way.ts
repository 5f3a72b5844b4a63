// In this folder: a core and an authentication API as processes of their own, and what the core says to others.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Address } from '../../load/http/address.ts'

/** The only way from one process to another: what goes over it is counted. */
export interface CountedWay extends Address {
  /** That are open now. */
  connections(): number
  /** HTTP requests so far. */
  requests(): number
  close(): Promise<void>
}

/** Of clients that wait for an answer before they go on, so that a request begins where a chunk does. */
const REQUEST_LINE = /^[A-Z]+ \S+ HTTP\/1\.1\r\n/

export async function countedWay(to: Address): Promise<CountedWay> {
  const near = new Set<Socket>()
  let requests = 0
  const server = createServer((client) => {
    const target = connect(to)
    near.add(client)
    const end = () => {
      near.delete(client)
      client.destroy()
      target.destroy()
    }
    for (const socket of [client, target]) socket.on('error', end).on('close', end)
    client.on('data', (chunk) => {
      if (REQUEST_LINE.test(chunk.toString('latin1'))) requests += 1
    })
    client.pipe(target).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    connections: () => near.size,
    requests: () => requests,
    async close() {
      for (const client of near) client.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
