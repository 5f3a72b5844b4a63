// In this folder: what the cases work with, such as a server whose clock they move, a Redis that they break, and assertions in words.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { USUAL_WORLD } from '../../../src/worlds/world.ts'
import { type RunningAuthServer, startAuthServer } from '../../auth-server/server.ts'
import {
  type AuthStrategy,
  credentialHeader,
  type KeyMaterial,
  schemeOf,
  type Transport,
} from '../../contract.ts'
import { type RunningServer, startServer } from '../../server.ts'
import type { Way } from '../../stores/redis-link.ts'
import { DEFAULT_TOKEN_PROFILE } from '../../tokens/default-profile.ts'
import { openProver } from '../formats/proofs.ts'
import { UnexpectedReplyError } from './own-delay.ts'
import { cookieOf, type Header, type RawRequest, type Reply, sendTo } from './raw-http.ts'
import type { TestStore } from './test-redis.ts'

/** What the cases run against; made once, by the caller. */
export interface ConformanceEnvironment {
  /** The caller's own: some cases pause and kill it. Null where no strategy needs one. */
  readonly redis: TestStore | null
  /** Ends what is waiting. */
  readonly signal: AbortSignal
  readonly keys: KeyMaterial
  /** Somebody else's. */
  readonly otherKeys: KeyMaterial
}

/** One strategy behind real HTTP, with a clock that the case moves. */
export interface Subject {
  readonly strategy: AuthStrategy
  readonly environment: ConformanceEnvironment
  /** Null where the strategy needs none. */
  readonly authServer: RunningAuthServer | null
  readonly transport: Transport
  /** What a browser adds to a request that changes something. */
  readonly sameSite: readonly Header[]
  readonly ttlSeconds: number
  /** What the strategy may write to. */
  readonly folder: string
  /** Milliseconds since the epoch. */
  now(): number
  /** Time passes for this server, every other node of it, and what the store lets expire. */
  advance(seconds: number): Promise<void>
  /** The same, but for the store. */
  tick(seconds: number): void
  /** The reply to a login, whatever it is. */
  requestLogin(user?: string): Promise<Reply>
  login(user?: string): Promise<string>
  /** Credential and refresh token, where the strategy has one. */
  loginPair(user?: string): Promise<Grant>
  /** `GET /me` with this credential, or with none. */
  me(credential?: string): Promise<Reply>
  logout(credential?: string): Promise<Reply>
  logoutAll(credential?: string): Promise<Reply>
  refresh(refreshToken: string): Promise<Reply>
  send(request: RawRequest): Promise<Reply>
  /** So many new credentials, without HTTP. */
  issue(subjects: readonly string[]): Promise<string[]>
  /**
   * Another server with the same keys and the same store, which ends with this one.
   * @param way another way to its Redis; the server is then one more
   */
  otherNode(way?: Way): Promise<Node>
  close(): Promise<void>
}

/** One server of several. */
export type Node = Omit<Subject, 'otherNode'>

export interface Grant {
  readonly credential: string
  readonly refreshToken: string
}

export interface SubjectOptions {
  readonly transport?: Transport
  readonly keys?: KeyMaterial
}

export const USER = 'user-0000000'
const TTL_SECONDS = 3600
/** A whole second, so that `exp` is exactly one lifetime away. */
const START_MS = Date.UTC(2030, 0, 1)

export async function openSubject(
  strategy: AuthStrategy,
  environment: ConformanceEnvironment,
  { transport = 'bearer', keys = environment.keys }: SubjectOptions = {},
): Promise<Subject> {
  let now = START_MS
  const scheme = schemeOf(strategy)
  // One client, whichever server it talks to.
  const prover =
    strategy.proof === undefined ? null : await openProver(DEFAULT_TOKEN_PROFILE.audience, () => now)
  const keyPrefix = `conformance:${randomBytes(8).toString('hex')}:`
  const redisUrl = strategy.needs.includes('redis') ? redisOf({ environment }).url : null
  const authServer = strategy.needs.includes('auth-server')
    ? await startAuthServer({
        keys,
        token: DEFAULT_TOKEN_PROFILE,
        ttlSeconds: TTL_SECONDS,
        redisUrl,
        keyPrefix,
        port: 0,
        now: () => now,
      })
    : null

  async function openNode(way?: Way): Promise<Node> {
    const folder = await mkdtemp(join(tmpdir(), 'authbench-conformance-'))
    const remove = () => rm(folder, { recursive: true, force: true })
    // A strategy that hangs never comes to its end.
    const onAbort = () => void remove()
    environment.signal.addEventListener('abort', onAbort)
    const removeFolder = () => {
      environment.signal.removeEventListener('abort', onAbort)
      return remove()
    }
    try {
      const server = await startServer(strategy, {
        keys,
        token: DEFAULT_TOKEN_PROFILE,
        ttlSeconds: TTL_SECONDS,
        transport,
        redisUrl,
        keyPrefix,
        folder,
        authServer: authServer?.address ?? null,
        port: 0,
        now: () => now,
        // It only goes forward.
        clock: () => now,
      })
      if (way !== undefined) await server.enter({ ...USUAL_WORLD, store: way })
      return client(server, folder, removeFolder)
    } catch (error) {
      await removeFolder()
      throw error
    }
  }

  function client(server: RunningServer, folder: string, removeFolder: () => Promise<void>): Node {
    const origin = `http://127.0.0.1:${server.port}`
    const agent = new Agent({ keepAlive: true })
    const send = async (request: RawRequest) =>
      sendTo(origin, (await prover?.proven(request)) ?? request, agent, environment.signal)
    const sameSite: readonly Header[] = transport === 'cookie' ? [['origin', origin]] : []
    const headers = (credential?: string) =>
      credential === undefined ? [] : [credentialHeader(transport, credential, scheme)]
    const post = (path: string, credential?: string) =>
      send({ method: 'POST', path, headers: [...sameSite, ...headers(credential)] })
    const requestLogin = (user = USER) => {
      const request = loginRequest(user)
      return send({ ...request, headers: [...sameSite, ...(request.headers ?? [])] })
    }
    const loginPair = async (user = USER): Promise<Grant> => {
      const reply = await requestLogin(user)
      if (reply.status !== 200) throw new UnexpectedReplyError('POST /login', reply)
      const { access_token, refresh_token } = JSON.parse(reply.body)
      return {
        credential: transport === 'bearer' ? access_token : cookieOf(reply),
        refreshToken: refresh_token ?? '',
      }
    }
    return {
      strategy,
      environment,
      authServer,
      transport,
      sameSite,
      ttlSeconds: TTL_SECONDS,
      folder,
      now: () => now,
      async advance(seconds) {
        now += seconds * 1000
        if (redisUrl !== null) await redisOf({ environment }).age(keyPrefix, seconds)
      },
      tick(seconds) {
        now += seconds * 1000
      },
      requestLogin,
      login: async (user) => (await loginPair(user)).credential,
      loginPair,
      me: (credential) => send({ path: '/me', headers: headers(credential) }),
      logout: (credential) => post('/logout', credential),
      logoutAll: (credential) => post('/logout-all', credential),
      refresh: (refreshToken) => send(refreshRequest(refreshToken, sameSite)),
      send,
      issue: (subjects) => server.issue(subjects),
      async close() {
        agent.destroy()
        try {
          await server.close()
        } finally {
          await removeFolder()
        }
      },
    }
  }

  const first = await openNode().catch(async (error: unknown) => {
    await authServer?.close()
    throw error
  })
  let other: Promise<Node> | undefined
  const more: Promise<Node>[] = []
  return {
    ...first,
    otherNode(way) {
      if (way === undefined) {
        other ??= openNode()
        return other
      }
      const node = openNode(way)
      more.push(node)
      return node
    },
    async close() {
      const nodes = [Promise.resolve<Node>(first), other, ...more]
      const closed = await Promise.allSettled(nodes.map((starting) => starting?.then((node) => node.close())))
      await authServer?.close()
      for (const outcome of closed) if (outcome.status === 'rejected') throw outcome.reason
    },
  }
}

export function redisOf({ environment: { redis } }: Pick<Subject, 'environment'>): TestStore {
  if (redis === null) throw new Error('the strategy needs Redis, and there is none')
  return redis
}

const JSON_TYPE: Header = ['content-type', 'application/json']

export function loginRequest(user: string): RawRequest {
  return { method: 'POST', path: '/login', headers: [JSON_TYPE], body: JSON.stringify({ subject: user }) }
}

export function refreshRequest(refreshToken: string, headers: readonly Header[]): RawRequest {
  const body = JSON.stringify({ refresh_token: refreshToken })
  return { method: 'POST', path: '/refresh', headers: [...headers, JSON_TYPE], body }
}
