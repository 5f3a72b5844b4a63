import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { CONNECTIONS } from '../../../src/experiments/links/page-model.ts'
import type { EngineRequest } from '../../load/engine.ts'
import { requestText } from '../../load/http/probe.ts'
import { newResponseParser } from '../../load/http/response-parser.ts'

/** A client that asks for pages, and keeps its connections from one page to the next. */
export interface PageClient {
  /** Opens connections that are not there yet. @returns milliseconds from the first byte to the last */
  load(requests: number): Promise<number>
  close(): void
}

const OK = 200
const HOST = 'localhost:65535'

/** As browsers do over HTTP/1.1: some connections, each with one request at a time. */
export function http1Client(port: number, request: EngineRequest): PageClient {
  const text = requestText(request, HOST)
  const sockets: Socket[] = []
  return {
    async load(requests) {
      const began = performance.now()
      while (sockets.length < Math.min(CONNECTIONS, requests)) {
        const socket = connect({ port, host: '127.0.0.1', noDelay: true })
        // Whoever waits for an answer on it is told by its end.
        socket.on('error', () => undefined)
        sockets.push(socket)
      }
      let left = requests
      const asking = sockets.slice(0, requests).map(async (socket) => {
        while (left > 0) {
          left -= 1
          await answered(socket, text)
        }
      })
      await Promise.all(asking)
      return performance.now() - began
    },
    close() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

function answered(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const parser = newResponseParser()
    const end = (error?: Error) => {
      socket.off('data', read).off('close', lost)
      if (error === undefined) resolve()
      else reject(error)
    }
    const lost = () => end(new Error('the connection was closed in the middle of a page'))
    const read = (chunk: Buffer) => {
      const progress = parser.read(chunk, 0, chunk.length)
      if (progress === 'more') return
      const status = progress === 'malformed' ? 0 : parser.head?.status
      end(status === OK ? undefined : new Error(`status ${status} in the middle of a page`))
    }
    socket.on('data', read).on('close', lost)
    socket.write(text)
  })
}

/** Over HTTP/2, in plain text: one connection, all requests at once. */
export function http2Client(port: number, { path, headers }: EngineRequest): PageClient {
  let session: ClientHttp2Session | null = null
  const ask = (open: ClientHttp2Session) =>
    new Promise<void>((resolve, reject) => {
      const stream = open.request({ ':path': path, ':scheme': 'http', ':authority': HOST, ...headers })
      let status = 0
      stream.on('response', (fields) => {
        status = fields[':status'] ?? 0
      })
      stream.once('error', reject)
      stream.once('end', () =>
        status === OK ? resolve() : reject(new Error(`status ${status} in the middle of a page`)),
      )
      stream.resume().end()
    })
  return {
    async load(requests) {
      const began = performance.now()
      if (session === null) {
        session = connectHttp2(`http://127.0.0.1:${port}`)
        session.on('error', () => undefined)
      }
      const open = session
      await Promise.all(Array.from({ length: requests }, () => ask(open)))
      return performance.now() - began
    },
    close: () => session?.destroy(),
  }
}
