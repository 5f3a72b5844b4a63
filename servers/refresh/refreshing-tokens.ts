import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { Authenticator, StrategyDeps, TokenPair } from '../contract.ts'
import type { RedisLink } from '../stores/redis-link.ts'
import { type ExchangeToken, type Refreshed, refreshFamilies } from './rotation.ts'

const LIVES_ON =
  'the family ends and cannot be refreshed any more; the access token is accepted until it expires'

/** What every strategy declares whose access tokens are never looked up and whose refresh tokens always are. */
export const REFRESHING_TOKEN = {
  state: 'hybrid',
  revocation: { effect: 'at-expiry' },
  family: 'token and auth server',
  needs: ['redis'],
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
} satisfies Partial<StrategyInfo>

/**
 * A short access token that is never looked up, and a refresh token that always is. What the store costs is paid once in
 * the life of an access token, and so long does a logout take.
 */
export async function refreshingTokens(
  deps: StrategyDeps,
  exchangeOver: (link: RedisLink) => ExchangeToken,
): Promise<Authenticator> {
  // Loaded by the servers that use it, not by every one.
  const { fastCodec } = await import('../tokens/fast-jwt.ts')
  const codec = fastCodec(deps)
  const link = await deps.redis()
  const families = refreshFamilies(link, deps.now, exchangeOver(link))

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
}
