import { Pool } from 'undici'
import type { TokenPair, Transport } from '../../servers/contract.ts'
import { protectedRequest } from '../load/http/probe.ts'
import { NO_TOKENS, tokensIn } from '../load/own-tokens.ts'
import type { Subject } from '../run/equipment.ts'

/** A client of one server. Each rejects where the server gives no answer. */
export interface Requests {
  /** The status: what a trial judges. */
  me(credential: string): Promise<number>
  /** A change that the holder of the credential asks for: `/logout`, `/logout-all`. @returns the status */
  post(path: string, credential: string): Promise<number>
  /** Rejects where the server refuses it, or gives no refresh token. */
  login(subject: string): Promise<TokenPair>
  /** Null: refused. */
  refresh(refreshToken: string): Promise<TokenPair | null>
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
  const send = async (method: 'GET' | 'POST', path: string, credential: string) => {
    const { headers } = protectedRequest(transport, credential, { method, path })
    const response = await pool.request({ method, path, headers })
    await response.body.dump()
    return response.statusCode
  }
  /** Null: status 400, which is how a refresh is refused. */
  const pairFrom = async (path: string, body: object): Promise<TokenPair | null> => {
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
    const response = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) })
    const text = await response.body.text()
    if (response.statusCode === 400) return null
    const pair = tokensIn(text, NO_TOKENS)
    if (response.statusCode !== 200 || pair.refreshToken === '')
      throw new Error(`${path} was answered with ${response.statusCode} and no pair of tokens`)
    return pair
  }
  return {
    me: (credential) => send('GET', '/me', credential),
    post: (path, credential) => send('POST', path, credential),
    async login(subject) {
      const pair = await pairFrom('/login', { subject })
      if (pair === null) throw new Error('a login was refused')
      return pair
    },
    refresh: (refreshToken) => pairFrom('/refresh', { refresh_token: refreshToken }),
    close: () => pool.destroy(),
  }
}
