import { Pool } from 'undici'
import type { Transport } from '../../servers/contract.ts'
import { protectedRequest } from '../load/http/probe.ts'
import type { Subject } from '../run/equipment.ts'

/** A client of one server. Statuses only: what a trial judges. Each rejects where the server gives no answer. */
export interface Requests {
  me(credential: string): Promise<number>
  /** A change that the holder of the credential asks for: `/logout`, `/logout-all`. */
  post(path: string, credential: string): Promise<number>
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
  return {
    me: (credential) => send('GET', '/me', credential),
    post: (path, credential) => send('POST', path, credential),
    close: () => pool.destroy(),
  }
}
