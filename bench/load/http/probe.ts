import { credentialHeader, type Transport } from '../../../servers/contract.ts'
import { AuthbenchError } from '../../../src/results/errors.ts'
import { addedByLink, type EngineRequest, hostOf, type Reached } from '../engine.ts'
import { newResponseParser } from './response-parser.ts'
import { connectTo, peerOf } from './socket.ts'

const LIMIT_MS = 3000

export interface RawResponse {
  readonly status: number
  readonly requestBytes: number
  readonly headBytes: number
  readonly bodyBytes: number
}

/** As autocannon writes it, so that a probe weighs what a measured request weighs. */
export function requestText({ method, path, headers, body = '' }: EngineRequest, host: string): string {
  const length = body === '' ? [] : [['Content-Length', Buffer.byteLength(body)]]
  const fields = [...Object.entries(headers), ...length].map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\n${fields.join('')}\r\n${body}`
}

/** Of one length, so that their credentials are. */
export const subjectName = (index: number): string => `user-${String(index).padStart(7, '0')}`

export function protectedRequest(
  transport: Transport,
  credential: string | null,
  route: Pick<EngineRequest, 'method' | 'path'> = { method: 'GET', path: '/me' },
): EngineRequest {
  const header = credential === null ? null : credentialHeader(transport, credential)
  // What a browser adds by itself, and a server with cookies asks for where something is changed.
  const site = transport === 'cookie' && route.method !== 'GET' ? { 'sec-fetch-site': 'same-origin' } : {}
  return { ...route, headers: { ...site, ...(header === null ? {} : { [header[0]]: header[1] }) } }
}

/** One request on a raw socket: the bytes counted are those of HTTP; TLS adds its own. Informational responses are skipped. */
export function sendRaw(to: Reached, request: EngineRequest): Promise<RawResponse> {
  const text = requestText(request, hostOf(to))
  const limitMs = LIMIT_MS + addedByLink({ ...to, connections: 1, requests: [request] })
  return new Promise((resolve, reject) => {
    const socket = connectTo(peerOf(to))
    const parser = newResponseParser()
    let received = 0
    const fail = (message: string, cause?: unknown) => {
      socket.destroy()
      reject(
        new AuthbenchError('PROBE_FAILED', `${request.method} ${request.path}: ${message}`, {
          next: 'The cell is marked failed and the run goes on.',
          exitCode: 3,
          cause,
        }),
      )
    }
    const end = () => {
      const { head } = parser
      const requestBytes = socket.bytesWritten
      socket.destroy()
      if (head === null) return
      const { status, bytes: headBytes } = head
      resolve({
        status,
        requestBytes,
        headBytes,
        bodyBytes: received - parser.informationalBytes - headBytes,
      })
    }
    // Of the whole answer: a server that sends a byte at a time is none to wait for.
    const timer = setTimeout(() => fail(`no whole answer within ${Math.round(limitMs)} ms`), limitMs)
    socket.on('close', () => clearTimeout(timer))
    socket.on('error', (error) => fail(error.message, error))
    socket.on('end', () => {
      if (parser.endsWithConnection()) end()
      else fail('the server closed the connection before it had answered')
    })
    socket.on('data', (chunk: Buffer) => {
      const progress = parser.read(chunk, 0, chunk.length)
      if (progress === 'malformed') {
        fail('the answer is no HTTP/1.1 or 1.0')
        return
      }
      received += progress === 'complete' ? parser.consumed : chunk.length
      if (progress === 'complete') end()
    })
    socket.write(text)
  })
}
