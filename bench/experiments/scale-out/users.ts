import { Pool } from 'undici'
import { newSubject } from '../../trials/users.ts'
import { STICKY_COOKIE } from './balancer.ts'

/** Somebody who is logged in, with what the balancer gave the browser to keep. */
export interface User {
  readonly credential: string
  cookie: string | null
}

export interface Crowd {
  login(): Promise<User>
  /** The status. Rejects where there is no answer. */
  read(user: User): Promise<number>
  close(): Promise<void>
}

const LIMIT_MS = 10_000

/** @param origin of a balancer, or of a server itself */
export function crowdAt(origin: string, connections: number): Crowd {
  const pool = new Pool(origin, { connections, headersTimeout: LIMIT_MS, bodyTimeout: LIMIT_MS })
  return {
    async login() {
      const { statusCode, headers, body } = await pool.request({
        method: 'POST',
        path: '/login',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ subject: newSubject() }),
      })
      const text = await body.text()
      if (statusCode !== 200) throw new Error(`a login was answered with ${statusCode}`)
      return { credential: String(Object(JSON.parse(text)).access_token), cookie: stickyIn(headers) }
    },
    async read(user) {
      const { statusCode, headers, body } = await pool.request({
        method: 'GET',
        path: '/me',
        headers: {
          authorization: `Bearer ${user.credential}`,
          ...(user.cookie === null ? {} : { cookie: user.cookie }),
        },
      })
      await body.dump()
      user.cookie = stickyIn(headers) ?? user.cookie
      return statusCode
    },
    close: () => pool.destroy(),
  }
}

function stickyIn(headers: Readonly<Record<string, string | string[] | undefined>>): string | null {
  const all = [headers['set-cookie'] ?? []].flat().map((each) => each.split(';')[0] ?? '')
  return all.find((each) => each.startsWith(`${STICKY_COOKIE}=`)) ?? null
}
