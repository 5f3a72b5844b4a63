import { connect } from 'node:net'
import { credentialHeader, type Transport } from '../servers/contract.ts'
import { AuthbenchError } from '../src/errors.ts'
import type { EngineRequest } from './load/engine.ts'

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

/** One request on a raw socket: the bytes counted are the bytes on the wire. */
export function sendRaw(origin: string, request: EngineRequest): Promise<RawResponse> {
  const { hostname, port, host } = new URL(origin)
  const text = requestText(request, host)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
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
    let received = Buffer.alloc(0)
    socket.setTimeout(LIMIT_MS, () => fail(`no answer within ${LIMIT_MS} ms`))
    socket.on('error', (error) => fail(error.message, error))
    socket.on('end', () => fail('the server closed the connection before it had answered'))
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const headEnd = received.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const responseHead = received.subarray(0, headEnd + 4).toString('latin1')
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(responseHead)?.[1] ?? 0)
      if (received.length < headEnd + 4 + length) return
      const requestBytes = socket.bytesWritten
      socket.destroy()
      resolve({
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(responseHead)?.[1] ?? 0),
        requestBytes,
        headBytes: headEnd + 4,
        bodyBytes: length,
      })
    })
    socket.write(text)
  })
}
