import type { Dispatcher } from 'undici'
import { AuthbenchError } from '../../src/results/errors.ts'
import { StoreUnavailableError, type StrategyDeps } from '../contract.ts'
import { basicAuthorization } from './client-authentication.ts'

/** The way of a resource server to its auth server. Away or slow is a `StoreUnavailableError`, as with any store. */
export interface AuthServerClient {
  /** @param atMs time of issue, milliseconds since the epoch: now, or in the past */
  issue(subject: string, format: 'jwt' | 'opaque', atMs: number): Promise<string>
  /** RFC 7662 section 2.2. */
  introspect(token: string): Promise<Readonly<Record<string, unknown>>>
  revoke(token: string): Promise<void>
  revokeAll(subject: string): Promise<void>
  /** RFC 7517 section 5, not yet checked. */
  keySet(): Promise<unknown>
  close(): Promise<void>
}

/** A silent auth server is given up after this long; a 503 then reaches the client well within a second. */
const SILENCE_MS = 500
/** At a login nobody's request waits; after a start, when all code is cold, a thousand of them come at once. */
const ISSUE_SILENCE_MS = 3000
const KEEP_ALIVE_MS = 10 * 60 * 1000
const MAX_ANSWER_BYTES = 256 * 1024

/**
 * undici, by its lowest interface. The client's CPU for one POST and its JSON answer, 16 in flight: 35 us with `dispatch`,
 * 51 us with `request`, 68 us with node:http and an agent that keeps connections, 300 us with `fetch`.
 * @throws AuthbenchError `AUTH_SERVER_MISSING`
 */
export async function authServerClient({
  authServer,
}: Pick<StrategyDeps, 'authServer'>): Promise<AuthServerClient> {
  if (authServer === null) {
    throw new AuthbenchError('AUTH_SERVER_MISSING', 'there is no auth server to ask', {
      next: "Add 'auth-server' to the needs of the strategy.",
    })
  }
  const { origin, clientId, clientSecret } = authServer
  // Loaded only where it is used: many servers start in every round, and few of them need it.
  const { Pool } = await import('undici')
  const pool = new Pool(origin, {
    // As many as requests are in flight: none waits in a queue that no timer watches.
    connections: null,
    pipelining: 1,
    connect: { timeout: SILENCE_MS },
    // They fire up to twice as late; each request has a timer of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: MAX_ANSWER_BYTES,
  })
  const formHeaders = [
    'authorization',
    basicAuthorization(clientId, clientSecret),
    'content-type',
    'application/x-www-form-urlencoded',
  ]

  function ask(options: Dispatcher.DispatchOptions, silenceMs = SILENCE_MS): Promise<unknown> {
    return new Promise((resolve, reject) => {
      let status = 0
      let controller: Dispatcher.DispatchController | null = null
      let end: Error | null = null
      const chunks: Buffer[] = []
      const fail = (cause: unknown) => {
        clearTimeout(timer)
        reject(new StoreUnavailableError(cause))
      }
      const giveUp = () => {
        end = new Error(`the auth server did not answer within ${silenceMs} ms`)
        controller?.abort(end)
        fail(end)
      }
      // From now on, the connection included. An answer that came while this process was busy is read first.
      const timer = setTimeout(() => setImmediate(giveUp), silenceMs)
      pool.dispatch(options, {
        onRequestStart(started) {
          controller = started
          if (end !== null) started.abort(end)
        },
        onResponseStart(_controller, statusCode) {
          status = statusCode
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk)
        },
        onResponseEnd() {
          controller = null
          if (status !== 200) return fail(new Error(`the auth server answered ${status}`))
          try {
            resolve(JSON.parse(textOf(chunks)))
            clearTimeout(timer)
          } catch (cause) {
            fail(cause)
          }
        },
        onResponseError(_controller, error) {
          fail(error)
        },
      })
    })
  }

  async function post(
    path: string,
    form: Record<string, string>,
    silenceMs?: number,
  ): Promise<Record<string, unknown>> {
    const body = Object.entries(form)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&')
    const answer = await ask({ path, method: 'POST', headers: formHeaders, body }, silenceMs)
    if (!isRecord(answer)) throw new StoreUnavailableError(new Error('the auth server answered no object'))
    return answer
  }

  return {
    async issue(subject, format, atMs) {
      const form = { subject, format, at: String(atMs) }
      const { access_token: token } = await post('/token', form, ISSUE_SILENCE_MS)
      if (typeof token !== 'string')
        throw new StoreUnavailableError(new Error('the auth server gave no token'))
      return token
    },
    introspect: (token) => post('/introspect', { token }),
    async revoke(token) {
      await post('/revoke', { token })
    },
    async revokeAll(subject) {
      await post('/revoke-subject', { subject })
    },
    keySet: () => ask({ path: '/jwks', method: 'GET' }),
    // Not `close`: that waits for an auth server that hangs.
    close: () => pool.destroy(),
  }
}

/** Nearly always one chunk, which needs no copy. */
function textOf(chunks: readonly Buffer[]): string {
  const [first, ...more] = chunks
  return first === undefined || more.length > 0 ? Buffer.concat(chunks).toString() : first.toString()
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
