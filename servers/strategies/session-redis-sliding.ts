import type { AuthStrategy } from '../contract.ts'
import { liveSession, sessionKeeper } from '../sessions/keeper.ts'
import { redisSessions } from '../stores/redis-sessions.ts'

/** However busy: the upper end of what OWASP's session cheat sheet asks of an application used all day. */
const ABSOLUTE_SECONDS = 8 * 60 * 60

/**
 * The lifetime starts anew with every use. GETEX reads and prolongs in one step, so that a session which is deleted
 * at the same time stays deleted. The idle time is kept by Redis, which has the only note of the last use.
 *
 * The cookie lives up to the absolute end. One that lived as long as the idle time would log out whoever is busy, unless
 * responses set it anew; nobody knows when it was last set, so that would be all of them. What a browser still sends of a
 * session that has ended is refused like any unknown id.
 */
export const sessionRedisSliding = {
  title: 'Session in Redis, sliding',
  summary:
    'The sessions of session-redis, ended by a time without use: one Redis GETEX per request, and an end after eight hours whatever the use.',
  state: 'stateful',
  revocation: { effect: 'immediate' },
  family: 'session',
  needs: ['redis'],
  stores: 'one entry per session: subject, claims, last expiry; and its place in an index of its subject',
  roundTrips: 1,
  cache: null,
  refreshes: false,
  exceptions: {},
  library: 'ioredis',
  async open(deps) {
    const store = redisSessions(await deps.redis(), deps.now)
    const idleSeconds = Math.min(deps.ttlSeconds, ABSOLUTE_SECONDS)
    const sessions = sessionKeeper(store, deps, { idleSeconds, absoluteSeconds: ABSOLUTE_SECONDS })
    return {
      issue: sessions.start,
      async verify(credential) {
        const name = sessions.nameOf(credential)
        return name === null ? null : liveSession(await store.getAndTouch(name, idleSeconds), deps.now())
      },
      async revoke(credential) {
        const name = sessions.nameOf(credential)
        if (name !== null) await sessions.end(name)
      },
      revokeAll: sessions.endAll,
      cookieSeconds: ABSOLUTE_SECONDS,
      fill: sessions.fill,
      close() {},
    }
  },
} satisfies Omit<AuthStrategy, 'id'>
