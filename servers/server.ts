import type { AddressInfo } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import { AuthbenchError } from '../src/results/errors.ts'
import type { World } from '../src/worlds/world.ts'
import {
  type Authenticator,
  type AuthServerAddress,
  type AuthStrategy,
  type CacheUse,
  type KeyMaterial,
  type MaybePromise,
  NOBODY,
  type StrategyDeps,
  schemeOf,
  type TokenProfile,
  type Transport,
} from './contract.ts'
import { buildApp, type TlsIdentity } from './http/app.ts'
import { handlerWork } from './http/handler-work.ts'
import { heldMemory } from './process/held-memory.ts'
import { memoryStore } from './stores/memory.ts'
import { redisStore } from './stores/redis.ts'
import type { RedisLink, Way } from './stores/redis-link.ts'
import { type RedisLinks, redisLinks } from './stores/redis-links.ts'
import { withRoles } from './tokens/default-profile.ts'

export interface ServerOptions {
  readonly keys: KeyMaterial
  readonly token: TokenProfile
  readonly ttlSeconds: number
  readonly transport: Transport
  /** Null when the strategy needs no Redis. */
  readonly redisUrl: string | null
  /** Every key that the server writes starts with it. */
  readonly keyPrefix: string
  /** Temporary; removed by whoever starts the server, after its end. */
  readonly folder: string
  /** Null when the strategy needs none. */
  readonly authServer: AuthServerAddress | null
  /** Where it listens; absent: 127.0.0.1. */
  readonly host?: string
  /** 0 takes a free one. */
  readonly port: number
  /** Absent: HTTP/1.1. */
  readonly http2?: boolean
  /** Absent: plain text. */
  readonly tls?: TlsIdentity
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Milliseconds that only go forward; the machine's own where none is given. */
  readonly clock?: () => number
  /** Another app around the strategy. No server process can be told one, so no run can reach what it leaves out. */
  readonly app?: typeof buildApp
}

/**
 * What a pool of credentials is to hold. Expired ones are past their end by the server's clock, and a stateful strategy has
 * nothing under them any more, like Redis after a lifetime, or a database that has been swept: an entry past its end is
 * in no store for long, and refusing it would cost the reading of a whole session.
 */
export type CredentialKind = 'valid' | 'expired' | 'revoked'

/** What of a world a server itself has to know. */
export interface ServerWorld extends Pick<World, 'handler' | 'roles'> {
  /** Where it reaches its Redis; null: where the URL says. */
  readonly store: Way | null
}

export interface RunningServer {
  readonly port: number
  /** Whether it listens with TLS. */
  readonly tls: boolean
  /** From now on: what its handler does, which roles new credentials have, how it reaches its store. Not while the server is loaded. */
  enter(world: ServerWorld): Promise<void>
  /** One credential for each subject, in their order. Not while the server is loaded: expired ones are issued with its clock set back. */
  issue(subjects: readonly string[], kind?: CredentialKind): Promise<string[]>
  /** Entries of so many other principals, in the store. */
  fill(entries: number): Promise<void>
  /** What the strategy's store takes; this process's memory where the strategy does not tell. Not while the server is loaded: it collects garbage. */
  storeBytes(): Promise<number>
  /** Null: no cache. */
  cacheUse(): CacheUse | null
  /** Open connections are closed, not waited for. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'
/** Enough for a store to answer in batches, few enough not to flood it. */
const ISSUE_CONCURRENCY = 16
/** However busy a session is, it ends before this. */
const LONGEST_SESSION_MS = 24 * 60 * 60 * 1000

/**
 * Opens the strategy and its stores and listens.
 * @throws AuthbenchError `WEAK_KEY`, `REDIS_UNREACHABLE`, `REDIS_MISSING`, `AUTH_SERVER_MISSING`, `BACKEND_NOT_DECLARED`, `PROOF_IN_COOKIE`
 */
export async function startServer(strategy: AuthStrategy, options: ServerOptions): Promise<RunningServer> {
  if (strategy.proof !== undefined && options.transport === 'cookie') {
    throw new AuthbenchError(
      'PROOF_IN_COOKIE',
      `${strategy.id} has a scheme of its own in the Authorization header`,
      {
        next: 'Use --transport bearer for it.',
      },
    )
  }
  const closers: (() => Promise<void>)[] = []
  let opened: Authenticator | null = null
  /** The stores in any case, and last: the authenticator may still need them. */
  async function closeAll(): Promise<void> {
    try {
      await opened?.close()
    } finally {
      await Promise.all(closers.map((close) => close()))
    }
  }
  const token = { ...options.token }
  const links = redisLinks(options.keyPrefix)
  closers.push(links.close)
  const work = handlerWork(() => openLink(options, links), options.folder, closers)
  let clockSetBackMs = 0
  const now = () => options.now() - clockSetBackMs
  // Its lifetime in the store starts only now, whatever the clock said at its issue.
  const endsAtOnce = (kind: CredentialKind) =>
    kind === 'revoked' || (kind === 'expired' && strategy.state === 'stateful')
  try {
    const authenticator = await strategy.open(
      dependencies(strategy, { ...options, token, now }, links, closers),
    )
    opened = authenticator
    const app = await (options.app ?? buildApp)(authenticator, {
      ...options,
      work,
      scheme: schemeOf(strategy),
    })
    await app.listen({ host: options.host ?? HOST, port: options.port })
    return {
      port: (app.server.address() as AddressInfo).port,
      tls: app.server instanceof TlsServer,
      async enter({ handler, roles, store }) {
        await links.moveTo(store)
        token.claims = withRoles(options.token.claims, roles)
        await work.change(handler)
        if (strategy.state === 'none') await work.addUsers([NOBODY])
      },
      async issue(subjects, kind = 'valid') {
        // Twice the lifetime and more: nothing that a strategy rounds, tolerates or prolongs keeps it alive.
        await work.addUsers(subjects)
        clockSetBackMs = kind === 'expired' ? 2000 * options.ttlSeconds + LONGEST_SESSION_MS : 0
        try {
          return await forEach(subjects, async (subject) => {
            const credential = await authenticator.issue(subject)
            if (endsAtOnce(kind)) await authenticator.revoke(credential)
            return credential
          })
        } finally {
          clockSetBackMs = 0
        }
      },
      async fill(entries) {
        if (authenticator.fill === undefined) {
          throw new AuthbenchError('NOTHING_TO_FILL', `${strategy.id} cannot be given entries`, {
            next: 'Leave it out of scenarios about the size of a store.',
          })
        }
        await authenticator.fill(entries)
      },
      storeBytes: async () => (await authenticator.storeBytes?.()) ?? heldMemory(),
      cacheUse: () => authenticator.cacheUse?.() ?? null,
      async close() {
        try {
          await app.close()
        } finally {
          await closeAll()
        }
      },
    }
  } catch (error) {
    await closeAll().catch(() => {})
    throw error
  }
}

/** Closed with the server. */
function openLink({ redisUrl }: ServerOptions, links: RedisLinks): Promise<RedisLink> {
  if (redisUrl !== null) return links.open(redisUrl)
  throw new AuthbenchError('REDIS_MISSING', 'the server needs Redis and was given none', {
    next: 'Give the URL of one with --redis.',
  })
}

/** Everything that is handed out is put on the list of what to close. */
function dependencies(
  strategy: AuthStrategy,
  options: ServerOptions,
  links: RedisLinks,
  closers: (() => Promise<void>)[],
): StrategyDeps {
  const assertDeclared = (need: AuthStrategy['needs'][number]) => {
    if (strategy.needs.includes(need)) return
    throw new AuthbenchError('BACKEND_NOT_DECLARED', `${strategy.id} asks for ${need} unannounced`, {
      next: `Add '${need}' to its needs.`,
    })
  }
  if (strategy.needs.includes('auth-server') && options.authServer === null) {
    throw new AuthbenchError(
      'AUTH_SERVER_MISSING',
      `${strategy.id} needs an auth server and was given none`,
      {
        next: 'Report this: whoever starts the server has to start both.',
      },
    )
  }
  async function redis(): Promise<RedisLink> {
    assertDeclared('redis')
    return openLink(options, links)
  }
  return {
    now: options.now,
    clock: options.clock ?? (() => performance.now()),
    ttlSeconds: options.ttlSeconds,
    keys: options.keys,
    token: options.token,
    folder: options.folder,
    authServer: options.authServer,
    redis,
    async store(backend) {
      assertDeclared(backend)
      if (backend === 'redis') return redisStore(await redis())
      const store = memoryStore(options.now)
      closers.push(store.close)
      return store
    },
  }
}

/** Results in the order of the items. */
async function forEach<T, R>(items: readonly T[], work: (item: T) => MaybePromise<R>): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  async function take() {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: ISSUE_CONCURRENCY }, take))
  return results
}
