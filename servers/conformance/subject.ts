import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AuthStrategy,
  COOKIE_NAME,
  credentialHeader,
  type KeyMaterial,
  type Transport,
} from '../contract.ts'
import { startServer } from '../server.ts'
import type { TestRedis } from '../testing/redis.ts'
import { DEFAULT_TOKEN_PROFILE } from '../token-profile.ts'

/** What the cases run against; made once, by the caller. */
export interface ConformanceEnvironment {
  /** The caller's own: some cases pause and kill it. */
  readonly redis: TestRedis
  readonly keys: KeyMaterial
  /** Somebody else's. */
  readonly otherKeys: KeyMaterial
}

/** One strategy behind real HTTP, with a clock that the case moves. */
export interface Subject {
  readonly strategy: AuthStrategy
  readonly environment: ConformanceEnvironment
  readonly ttlSeconds: number
  /** Milliseconds since the epoch. */
  now(): number
  advance(seconds: number): void
  login(user?: string): Promise<string>
  /** `GET /me` with this credential, or with none. */
  me(credential?: string): Promise<Reply>
  logout(credential?: string): Promise<Reply>
  send(request: RawRequest): Promise<Reply>
  close(): Promise<void>
}

export interface RawRequest {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  /** Sent as they are, in this order, doubles included. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  readonly elapsedMs: number
}

export interface SubjectOptions {
  readonly transport?: Transport
  readonly keys?: KeyMaterial
}

export const USER = 'user-0000000'
const TTL_SECONDS = 3600
/** A whole second, so that `exp` is exactly one lifetime away. */
const START_MS = Date.UTC(2030, 0, 1)
/** No reply at all by then fails the case. */
const REPLY_DEADLINE_MS = 5000

export async function openSubject(
  strategy: AuthStrategy,
  environment: ConformanceEnvironment,
  { transport = 'bearer', keys = environment.keys }: SubjectOptions = {},
): Promise<Subject> {
  let now = START_MS
  const folder = await mkdtemp(join(tmpdir(), 'authbench-conformance-'))
  const server = await startServer(strategy, {
    keys,
    token: DEFAULT_TOKEN_PROFILE,
    ttlSeconds: TTL_SECONDS,
    transport,
    redisUrl: environment.redis.url,
    keyPrefix: `conformance:${randomBytes(8).toString('hex')}:`,
    folder,
    authServer: null,
    port: 0,
    now: () => now,
  })
  const send = (request: RawRequest) => sendTo(server.port, request)
  const headers = (credential?: string) =>
    credential === undefined ? [] : [credentialHeader(transport, credential)]

  return {
    strategy,
    environment,
    ttlSeconds: TTL_SECONDS,
    now: () => now,
    advance(seconds) {
      now += seconds * 1000
    },
    async login(user = USER) {
      const reply = await send(loginRequest(user))
      return transport === 'bearer' ? JSON.parse(reply.body).access_token : cookieOf(reply)
    },
    me: (credential) => send({ path: '/me', headers: headers(credential) }),
    logout: (credential) => send({ method: 'POST', path: '/logout', headers: headers(credential) }),
    send,
    async close() {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function loginRequest(user: string): RawRequest {
  return {
    method: 'POST',
    path: '/login',
    headers: [['content-type', 'application/json']],
    body: JSON.stringify({ subject: user }),
  }
}

export function setCookieOf(reply: Reply): string {
  return [reply.headers['set-cookie']].flat()[0] ?? ''
}

function cookieOf(reply: Reply): string {
  return setCookieOf(reply).split(';')[0]?.slice(`${COOKIE_NAME}=`.length) ?? ''
}

/** Not fetch: it joins doubled headers, which is what one case is about. */
function sendTo(port: number, { method = 'GET', path, headers = [], body = '' }: RawRequest): Promise<Reply> {
  const startedAt = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const fields = [
    ['host', `127.0.0.1:${port}`],
    ['content-length', String(Buffer.byteLength(body))],
    ...headers,
  ]
  const request = httpRequest(
    {
      port,
      host: '127.0.0.1',
      method,
      path,
      headers: fields.flat(),
      agent: false,
      signal: AbortSignal.timeout(REPLY_DEADLINE_MS),
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
        }),
      )
    },
  )
  request.on('error', reject)
  request.end(body)
  return promise
}
