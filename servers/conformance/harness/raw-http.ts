import { type Agent, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { COOKIE_NAME } from '../../contract.ts'
import { measureDelay } from './own-delay.ts'

export interface RawRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  /** Sent as they are, in this order, doubles included. */
  readonly headers?: readonly Header[]
  readonly body?: string
}

export type Header = readonly [name: string, value: string]

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  readonly elapsedMs: number
  /** Of it, what this process could not run: no fault of the server's. */
  readonly lateMs: number
}

/** No reply at all by then fails the case. */
const REPLY_DEADLINE_MS = 15_000

/**
 * Not fetch: it joins doubled headers, which is what one case is about.
 * @param agent keeps connections; without one each request has its own
 * @param signal ends the request before its deadline
 */
export function sendTo(
  origin: string,
  { method = 'GET', path, headers = [], body = '' }: RawRequest,
  agent: Agent | false = false,
  signal?: AbortSignal,
) {
  const startedAt = performance.now()
  const meter = measureDelay()
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const { protocol, hostname, port, host } = new URL(origin)
  const deadline = AbortSignal.timeout(REPLY_DEADLINE_MS)
  const fields = [['host', host], ['content-length', String(Buffer.byteLength(body))], ...headers]
  const request = (protocol === 'https:' ? httpsRequest : httpRequest)(
    {
      port,
      host: hostname.replace(/^\[|\]$/g, ''),
      method,
      path,
      headers: fields.flat(),
      agent,
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
    },
    (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text,
          elapsedMs: performance.now() - startedAt,
          lateMs: meter.lateMs(),
        }),
      )
    },
  )
  request.on('error', reject)
  request.end(body)
  return promise.finally(() => meter[Symbol.dispose]())
}

export function setCookieOf(reply: Reply): string {
  return [reply.headers['set-cookie']].flat().find((value) => value?.startsWith(`${COOKIE_NAME}=`)) ?? ''
}

export function cookieOf(reply: Reply): string {
  return setCookieOf(reply).split(';')[0]?.slice(`${COOKIE_NAME}=`.length) ?? ''
}
