// In this folder: bytes sent at a known rate, through the proxy of a link and through the one of the kernel, to hold them against each other.

import { connect, createServer, type Socket } from 'node:net'
import type { ProxyOptions } from '../../worlds/proxy.ts'
import { Arrivals } from './arrivals.ts'

/** What goes through at once, over all connections. */
export interface Transfer {
  readonly upBytes: number
  readonly downBytes: number
  readonly connections: number
}

export interface Rates {
  readonly upBitsPerSecond: number
  readonly downBitsPerSecond: number
}

/** Sends so much, counts what comes, and is done when both are. */
function exchange(socket: Socket, bytes: number, arrivals: Arrivals): Promise<void> {
  socket.on('data', (chunk) => arrivals.count(chunk.length, performance.now()))
  socket.end(Buffer.alloc(bytes))
  return new Promise((resolve, reject) => {
    socket.once('end', resolve)
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the connection broke')))
  })
}

/**
 * Bytes in both directions at once, as fast as they go.
 * @param open puts what is measured in front of an address
 */
export async function transfer(
  { upBytes, downBytes, connections }: Transfer,
  open: (to: ProxyOptions['to']) => Promise<{ readonly port: number }>,
  scope: AsyncDisposableStack,
): Promise<Rates> {
  const [up, down] = [new Arrivals(), new Arrivals()]
  const share = (bytes: number) => Math.ceil(bytes / connections)
  const served: Promise<void>[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    scope.defer(() => void socket.destroy())
    const done = exchange(socket, share(downBytes), up)
    served.push(done)
    // It is awaited with the others once all are there.
    done.catch(() => undefined)
  })
  scope.defer(() => void server.close())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port')
  const { port } = await open({ host: '127.0.0.1', port: address.port })
  await Promise.all(
    Array.from({ length: connections }, () => {
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
      scope.defer(() => void socket.destroy())
      return exchange(socket, share(upBytes), down)
    }),
  )
  await Promise.all(served)
  return { upBitsPerSecond: up.bitsPerSecond, downBitsPerSecond: down.bitsPerSecond }
}
