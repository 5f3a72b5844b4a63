// In this folder: a core and an authentication API as processes of their own, and what the core says to others.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Address } from '../../load/http/address.ts'

/** The only way from one process to another: what goes over it is counted. */
export interface CountedWay extends Address {
  /** That are open now. */
  connections(): number
  /** That were asked over it so far. */
  asked(): number
  close(): Promise<void>
}

/** Told every chunk of one connection, in order. @returns how many questions it brings */
type Counter = (chunk: Buffer) => number

const REQUEST_LINE = /^[A-Z]+ \S+ HTTP\/1\.1\r\n/

/** Of clients that wait for an answer before they go on, so that a request begins where a chunk does. */
export const httpRequests = (): Counter => (chunk) => (REQUEST_LINE.test(chunk.toString('latin1')) ? 1 : 0)

const LINE_END = '\r\n'

/** Of clients that send each command as an array of strings: `*2`, `$3`, `GET`, `$1`, `k`. */
export function redisCommands(): Counter {
  let unread: Buffer = Buffer.alloc(0)
  /** Strings that the command still lacks; 0: the next one begins. */
  let missing = 0
  return (chunk) => {
    unread = Buffer.concat([unread, chunk])
    let commands = 0
    for (;;) {
      const end = unread.indexOf(LINE_END)
      if (end < 0) return commands
      const count = Number(unread.toString('latin1', 1, end))
      const contentAt = end + LINE_END.length
      if (missing === 0) {
        missing = count
        unread = unread.subarray(contentAt)
        continue
      }
      const nextAt = contentAt + count + LINE_END.length
      if (unread.length < nextAt) return commands
      unread = unread.subarray(nextAt)
      missing -= 1
      if (missing === 0) commands += 1
    }
  }
}

export async function countedWay(to: Address, counterOf: () => Counter): Promise<CountedWay> {
  const near = new Set<Socket>()
  let asked = 0
  const server = createServer((client) => {
    const target = connect(to)
    near.add(client)
    const end = () => {
      near.delete(client)
      client.destroy()
      target.destroy()
    }
    for (const socket of [client, target]) socket.on('error', end).on('close', end)
    const counted = counterOf()
    client.on('data', (chunk) => {
      if (Buffer.isBuffer(chunk)) asked += counted(chunk)
    })
    client.pipe(target).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    connections: () => near.size,
    asked: () => asked,
    async close() {
      for (const client of near) client.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
