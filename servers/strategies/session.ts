import type { AuthStrategy } from '../contract.ts'
import { liveSession, sessionKeeper } from '../sessions/keeper.ts'
import { memorySessions } from '../stores/memory-sessions.ts'
import { redisSessions } from '../stores/redis-sessions.ts'

type SessionBackend = 'redis' | 'memory'

const DESCRIPTION = {
  redis: {
    title: 'Session in Redis',
    summary: 'Opaque random id, one Redis GET per request; logout works at once and on every server.',
  },
  memory: {
    title: 'Session in memory',
    summary:
      'The same sessions in a map of the server process: no network hop, no second server, gone at a restart.',
  },
} as const satisfies Record<SessionBackend, { title: string; summary: string }>

/**
 * Opaque sessions. Both backends run the same code, values stay text in both, so the difference between the two is
 * the way to the store.
 */
export const session = (backend: SessionBackend) =>
  ({
    ...DESCRIPTION[backend],
    state: 'stateful',
    revocation: { effect: 'immediate' },
    family: 'session',
    needs: [backend],
    stores: 'one entry per session: subject, claims, expiry; and its place in an index of its subject',
    roundTrips: backend === 'redis' ? 1 : 0,
    cache: null,
    refreshes: false,
    exceptions: {},
    library: backend === 'redis' ? 'ioredis' : null,
    async open(deps) {
      const store =
        backend === 'redis'
          ? redisSessions(await deps.redis(), deps.now)
          : memorySessions(await deps.store('memory'), deps.now)
      const sessions = sessionKeeper(store, deps)
      return {
        issue: sessions.start,
        async verify(credential) {
          const name = sessions.nameOf(credential)
          return name === null ? null : liveSession(await store.get(name), deps.now())
        },
        async revoke(credential) {
          const name = sessions.nameOf(credential)
          if (name !== null) await sessions.end(name)
        },
        revokeAll: sessions.endAll,
        fill: sessions.fill,
        close() {},
      }
    },
  }) satisfies Omit<AuthStrategy, 'id'>
