import type { AuthStrategy } from '../contract.ts'
import { sessionCache } from '../sessions/cache.ts'
import { liveSession, type Session, sessionKeeper } from '../sessions/keeper.ts'
import { redisSessions } from '../stores/redis-sessions.ts'
import { BOUND_MS, trackReads } from '../stores/redis-tracking.ts'

const CACHE_ENTRIES = 10_000

/**
 * A cache that Redis keeps true. Entries go by the key in Redis, because that is what it reports. Where it cannot be
 * heard, every request asks it, and fails if it does not answer.
 * @param clock milliseconds that only go forward; the wall clock may be set
 */
export const sessionTracked = (clock: () => number = () => performance.now()) =>
  ({
    title: 'Session in Redis, tracked',
    summary:
      'The sessions of session-redis, cached in each server until Redis reports a change: no lookup for busy clients, logout everywhere within milliseconds, within a second when messages are lost.',
    state: 'stateful',
    revocation: { effect: 'within', ms: BOUND_MS },
    family: 'session',
    needs: ['redis'],
    stores: 'one entry per session: subject, claims, expiry; and its place in an index of its subject',
    roundTrips: 0,
    background: true,
    // Entries stay until they change; this is how long they are believed without a word from Redis.
    cache: { entries: CACHE_ENTRIES, seconds: BOUND_MS / 1000 },
    refreshes: false,
    exceptions: {},
    library: 'ioredis',
    async open(deps) {
      const { now } = deps
      const link = await deps.redis()
      const store = redisSessions(link, now)
      const sessions = sessionKeeper(store, deps)
      const cache = sessionCache<Session>(
        CACHE_ENTRIES,
        ({ exp }) => exp > now() / 1000 && tracking.current(),
      )
      const tracking = await trackReads(
        link,
        {
          changed(keys) {
            for (const key of keys) cache.drop(key)
          },
          lost: cache.clear,
        },
        clock,
      )
      return {
        issue: sessions.start,
        async verify(credential) {
          const name = sessions.nameOf(credential)
          if (name === null) return null
          const key = store.keyOf(name)
          const read = async () => liveSession(await store.get(name), now())
          return cache.find(key) ?? (tracking.active() ? cache.read(key, read) : read())
        },
        async revoke(credential) {
          const name = sessions.nameOf(credential)
          if (name === null) return
          await sessions.end(name)
          cache.drop(store.keyOf(name))
        },
        async revokeAll(subject) {
          await sessions.endAll(subject)
          cache.dropWhere(({ sub }) => sub === subject)
        },
        fill: sessions.fill,
        cacheUse: cache.use,
        close: tracking.close,
      }
    },
  }) satisfies Omit<AuthStrategy, 'id'>
