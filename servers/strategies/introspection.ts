import { authServerClient } from '../auth-server/client.ts'
import type { Authenticator, AuthStrategy, Identity } from '../contract.ts'
import { sessionCache } from '../sessions/cache.ts'
import { readClaims } from '../tokens/claims.ts'

interface Answer {
  readonly identity: Identity
  /** Milliseconds since the epoch; when the auth server was asked, not when it answered. */
  readonly askedAt: number
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** Nothing else is asked about: the auth server gives out no other tokens. */
const TOKEN = /^[\w-]{43}$/

const DESCRIPTION = {
  direct: {
    title: 'Introspection',
    summary:
      'Opaque token; the auth server is asked about it at every request, over HTTP, and looks it up in Redis: two trips, one after the other.',
    revocation: { effect: 'immediate' },
    // Its own, and the auth server's.
    roundTrips: 2,
    cache: null,
  },
  cached: {
    title: 'Introspection, cached',
    summary:
      'The same, its answers kept for five seconds at most: a token revoked on another server is accepted that long.',
    revocation: { effect: 'within', ms: 5000 },
    roundTrips: 0,
    cache: { entries: 10_000, seconds: 5 },
  },
} as const

/** Opaque tokens that only the auth server understands (RFC 7662). */
export const introspection = (kind: keyof typeof DESCRIPTION) =>
  ({
    ...DESCRIPTION[kind],
    state: 'stateful',
    family: 'token and auth server',
    // Redis is the auth server's.
    needs: ['auth-server', 'redis'],
    stores: 'one entry per token, at the auth server: subject, claims, expiry',
    fixedStore: true,
    ownClaims: ['active'],
    refreshes: false,
    exceptions: {},
    library: 'undici',
    async open(deps) {
      const authServer = await authServerClient(deps)
      const { cache: limits } = DESCRIPTION[kind]

      async function ask(token: string): Promise<Answer | null> {
        const askedAt = deps.now()
        const { active, ...claims } = await authServer.introspect(token)
        // The token may be for another API, and over by the time the answer is here.
        const read = active === true ? readClaims(claims, deps.token, deps.now()) : null
        return read === null ? null : { identity: read.identity, askedAt, expiresAt: read.expiresAt }
      }

      const direct: Authenticator = {
        issue: (subject) => authServer.issue(subject, 'opaque', deps.now()),
        async verify(credential) {
          return isToken(credential) ? ((await ask(credential))?.identity ?? null) : null
        },
        revoke: (credential) => authServer.revoke(credential),
        revokeAll: (subject) => authServer.revokeAll(subject),
        close: authServer.close,
      }
      if (limits === null) return direct

      const cache = sessionCache<Answer>(limits.entries, ({ askedAt, expiresAt }) => {
        const age = deps.now() - askedAt
        // A clock that was set back must not keep anything longer.
        return age >= 0 && age < 1000 * limits.seconds && expiresAt > deps.now() / 1000
      })
      return {
        ...direct,
        async verify(credential) {
          if (!isToken(credential)) return null
          const answer = cache.find(credential) ?? (await cache.read(credential, () => ask(credential)))
          return answer?.identity ?? null
        },
        async revoke(credential) {
          await authServer.revoke(credential)
          cache.drop(credential)
        },
        async revokeAll(subject) {
          await authServer.revokeAll(subject)
          cache.dropWhere(({ identity }) => identity.sub === subject)
        },
        cacheUse: cache.use,
      }
    },
  }) satisfies Omit<AuthStrategy, 'id'>

const isToken = (credential: string | undefined): credential is string =>
  credential !== undefined && TOKEN.test(credential)
