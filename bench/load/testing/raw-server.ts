import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { ServerIdentity } from '../../worlds/tls/certificate.ts'

export interface RawServer {
  readonly origin: string
  /** Every request as it came, in order. */
  readonly heads: readonly string[]
  /** Received, of requests or not. */
  bytes(): number
  /** Connections that were accepted. */
  connections(): number
  /** Of those, the ones that are not closed yet. */
  open(): number
  /** Resets all connections and accepts none any more. */
  close(): Promise<void>
  /** Accepts none any more; those that are up stay. */
  stopListening(): void
}

/** A server that does as it is told for every request, and keeps what it saw on the wire. The first request is number 1. */
export async function rawServer(
  answer: (socket: Socket, requestNumber: number, request: string) => void,
  identity?: ServerIdentity,
): Promise<RawServer> {
  const heads: string[] = []
  const sockets = new Set<Socket>()
  let bytes = 0
  const serve = (socket: Socket) => {
    sockets.add(socket)
    let buffered = ''
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      bytes += chunk.length
      buffered += chunk.toString('latin1')
      for (let end = buffered.indexOf('\r\n\r\n'); end >= 0; end = buffered.indexOf('\r\n\r\n')) {
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(buffered.slice(0, end))?.[1] ?? 0)
        if (buffered.length < end + 4 + length) return
        const request = buffered.slice(0, end + 4 + length)
        heads.push(request)
        buffered = buffered.slice(request.length)
        answer(socket, heads.length, request)
      }
    })
  }
  const server: Server =
    identity === undefined
      ? createServer({ noDelay: true }, serve)
      : createTlsServer({ key: identity.key, cert: identity.certificate, noDelay: true }, serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    origin: `${identity === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    heads,
    bytes: () => bytes,
    connections: () => sockets.size,
    open: () => [...sockets].filter((socket) => !socket.closed).length,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
    stopListening: () => void server.close(),
  }
}

export const reply = (status: number, headers = 'connection: keep-alive\r\n') =>
  `HTTP/1.1 ${status} X\r\ncontent-length: 2\r\n${headers}\r\nok`
