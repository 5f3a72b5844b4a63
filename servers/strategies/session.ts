import { hash, randomBytes } from 'node:crypto'
import type { AuthStrategy, Identity } from '../contract.ts'

type SessionBackend = 'redis' | 'memory'

/** 256 bits: two of them never meet, and none is guessed. */
const ID_BYTES = 32
const ID_LENGTH = 43

interface Session extends Identity {
  /** Seconds since the epoch. */
  readonly exp: number
}

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
 * the way to the store. The store sees only the hash of an id: who reads the store cannot use what is in it.
 */
export const session = (backend: SessionBackend) =>
  ({
    ...DESCRIPTION[backend],
    state: 'stateful',
    revocation: { effect: 'immediate' },
    family: 'session',
    needs: [backend],
    stores: 'one entry per session: subject, claims, expiry',
    roundTrips: backend === 'redis' ? 1 : 0,
    cache: null,
    refreshes: false,
    exceptions: {},
    library: backend === 'redis' ? 'ioredis' : null,
    async open({ store: openStore, now, ttlSeconds, token }) {
      const store = await openStore(backend)
      return {
        async issue(subject) {
          const id = randomBytes(ID_BYTES).toString('base64url')
          const exp = Math.floor(now() / 1000) + ttlSeconds
          const value: Session = { sub: subject, claims: token.claims, exp }
          await store.set(keyOf(id), JSON.stringify(value), ttlSeconds)
          return id
        },
        async verify(credential) {
          if (credential?.length !== ID_LENGTH) return null
          const value = await store.get(keyOf(credential))
          if (value === null) return null
          const { sub, claims, exp }: Session = JSON.parse(value)
          // The store's expiry runs on the store's clock, and only promises to happen some time.
          return exp > now() / 1000 ? { sub, claims } : null
        },
        revoke: (credential) => store.delete(keyOf(credential)),
        close() {},
      }
    },
  }) satisfies Omit<AuthStrategy, 'id'>

function keyOf(id: string): string {
  return `session:${hash('sha256', id, 'base64url')}`
}
