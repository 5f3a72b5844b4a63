import { Pool } from 'undici'
import type { TokenPair, Transport } from '../../servers/contract.ts'
import { protectedRequest } from '../load/http/probe.ts'
import { NO_TOKENS, tokensIn } from '../load/own-tokens.ts'
import type { Subject } from '../run/equipment.ts'

/** The answer to a login or a refresh; tokens are empty where none were given. */
export interface Granted extends TokenPair {
  readonly status: number
}

/** A client of one server. Each rejects where the server gives no answer. */
export interface Requests {
  /** Of the protected read. @returns the status: what a trial judges */
  me(credential: string): Promise<number>
  /** A change that the holder of the credential asks for: `/logout`, `/logout-all`. @returns the status */
  post(path: string, credential: string): Promise<number>
  /** A route that knows no credentials. @returns the status */
  health(): Promise<number>
  login(subject: string): Promise<Granted>
  refresh(refreshToken: string): Promise<Granted>
  close(): Promise<void>
}

/** Longer than any server of ours takes to say that its store is away. */
const LIMIT_MS = 5000

/** @param connections at most so many requests are under way */
export function requestsTo(
  { origin }: Pick<Subject, 'origin'>,
  transport: Transport,
  connections: number,
): Requests {
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    headersTimeout: LIMIT_MS,
    bodyTimeout: LIMIT_MS,
  })
  const send = async (method: 'GET' | 'POST', path: string, credential: string | null) => {
    const { headers } = protectedRequest(transport, credential, { method, path })
    const response = await pool.request({ method, path, headers })
    await response.body.dump()
    return response.statusCode
  }
  const tokensFrom = async (path: string, body: object): Promise<Granted> => {
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
    const response = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) })
    const text = await response.body.text()
    const tokens = response.statusCode === 200 ? tokensIn(text, NO_TOKENS) : NO_TOKENS
    return { status: response.statusCode, ...tokens }
  }
  return {
    me: (credential) => send('GET', '/me', credential),
    post: (path, credential) => send('POST', path, credential),
    health: () => send('GET', '/health', null),
    login: (subject) => tokensFrom('/login', { subject }),
    refresh: (refreshToken) => tokensFrom('/refresh', { refresh_token: refreshToken }),
    close: () => pool.destroy(),
  }
}
