import type { AuthStrategy, TokenPair } from '../contract.ts'
import { type Refreshed, refreshFamilies } from '../refresh/families.ts'

const DAY_SECONDS = 24 * 60 * 60
/** As long as Okta's default; ASVS 10.4.8 wants both, and leaves the figures open. */
const IDLE_SECONDS = 7 * DAY_SECONDS
const ABSOLUTE_SECONDS = 30 * DAY_SECONDS

const LIVES_ON =
  'the family ends and cannot be refreshed any more; the access token is accepted until it expires'

/**
 * A short access token that is never looked up, and a refresh token that always is. What the store costs is paid once in
 * the life of an access token, and so long does a logout take.
 * @param leewaySeconds for how long a used refresh token still gives its successor, and the same one to everybody
 */
export const jwtRefresh = ({ leewaySeconds }: { readonly leewaySeconds: number }) =>
  ({
    title: leewaySeconds === 0 ? 'JWT + refresh token' : 'JWT + refresh token, leeway',
    summary:
      leewaySeconds === 0
        ? 'Access token checked with fast-jwt alone; each refresh token works once, and a second use ends the family.'
        : `The same, but a refresh token that was used less than ${leewaySeconds} s ago gives its successor again: parallel refreshes log nobody out.`,
    state: 'hybrid',
    revocation: { effect: 'at-expiry' },
    family: 'token and auth server',
    needs: ['redis'],
    stores:
      leewaySeconds === 0
        ? 'one entry per login, with the hash of its refresh token'
        : 'one entry per login, with the hashes of its refresh token and of the one before',
    entriesFor: 'everyone',
    ownClaims: ['sid'],
    roundTrips: 0,
    cache: null,
    refreshes: true,
    exceptions: {
      S05: {
        reason: LIVES_ON,
        cases: ['refuses a credential after logout, as soon as it declares'],
      },
      S06: {
        reason: LIVES_ON,
        cases: ['ends every credential of the subject at a logout everywhere, and none of others'],
      },
    },
    library: 'fast-jwt',
    async open(deps) {
      // Loaded by the servers that use it, not by every one.
      const { fastCodec } = await import('../tokens/fast-jwt.ts')
      const codec = fastCodec(deps)
      const families = refreshFamilies(await deps.redis(), deps.now, {
        idleSeconds: IDLE_SECONDS,
        absoluteSeconds: ABSOLUTE_SECONDS,
        leewaySeconds,
      })

      /** Subject and claims as they are now, not as they were at login. */
      const pairOf = ({ subject, family, refreshToken }: Refreshed): TokenPair => ({
        credential: codec.sign(subject, { sid: family }),
        refreshToken,
      })
      const start = async (subject: string) => pairOf(await families.start(subject))

      return {
        issue: async (subject) => (await start(subject)).credential,
        verify(credential) {
          const token = credential === undefined ? null : codec.verify(credential)
          if (token === null) return null
          const { sid: _, ...claims } = token.identity.claims
          return { sub: token.identity.sub, claims }
        },
        async revoke(credential) {
          const { identity } = codec.verify(credential) ?? {}
          const family = identity?.claims.sid
          if (identity !== undefined && typeof family === 'string') await families.end(family, identity.sub)
        },
        revokeAll: families.endAll,
        refreshes: {
          start,
          async rotate(refreshToken) {
            const refreshed = await families.rotate(refreshToken)
            return refreshed === null ? null : pairOf(refreshed)
          },
        },
        fill: families.fill,
        close() {},
      }
    },
  }) satisfies Omit<AuthStrategy, 'id'>
