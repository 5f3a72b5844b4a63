import type { AuthStrategy } from '../contract.ts'
import { sessionCache } from '../sessions/cache.ts'
import { ID_LENGTH, liveSession, nameIn, type Session, sessionKeeper } from '../sessions/keeper.ts'
import { redisSessions } from '../stores/redis-sessions.ts'

const CACHE = { entries: 10_000, seconds: 5 } as const

interface Cached {
  readonly session: Session
  /** Milliseconds since the epoch; when Redis was asked, not when it answered. */
  readonly readAt: number
}

/**
 * Redis is asked once in a while, and believed in between. Entries go by the presented id, which saves hashing it on
 * every hit: it is in this process's memory anyhow, with every request.
 */
export const sessionNearCache = {
  title: 'Session in Redis, cached',
  summary:
    'The sessions of session-redis, kept for five seconds in each server: no lookup for busy clients, and a logout that other servers learn of late.',
  state: 'stateful',
  revocation: { effect: 'within', ms: CACHE.seconds * 1000 },
  family: 'session',
  needs: ['redis'],
  stores: 'one entry per session: subject, claims, expiry; and its place in an index of its subject',
  roundTrips: 0,
  cache: CACHE,
  refreshes: false,
  exceptions: {},
  library: 'ioredis',
  async open(deps) {
    const { now } = deps
    const store = redisSessions(await deps.redis(), now)
    const sessions = sessionKeeper(store, deps)
    const cache = sessionCache<Cached>(CACHE.entries, ({ session, readAt }) => {
      const age = now() - readAt
      // A clock that was set back must not keep anything longer.
      return age >= 0 && age < CACHE.seconds * 1000 && session.exp > now() / 1000
    })
    return {
      issue: sessions.start,
      async verify(credential) {
        if (credential?.length !== ID_LENGTH) return null
        const hit = cache.find(credential)
        if (hit !== undefined) return hit.session
        const read = await cache.read(credential, async () => {
          const readAt = now()
          const session = liveSession(await store.get(nameIn(store, credential)), now())
          return session === null ? null : { session, readAt }
        })
        return read?.session ?? null
      },
      async revoke(credential) {
        const name = sessions.nameOf(credential)
        if (name === null) return
        await sessions.end(name)
        cache.drop(credential)
      },
      async revokeAll(subject) {
        await sessions.endAll(subject)
        cache.dropWhere(({ session }) => session.sub === subject)
      },
      fill: sessions.fill,
      cacheUse: cache.use,
      close() {},
    }
  },
} satisfies Omit<AuthStrategy, 'id'>
