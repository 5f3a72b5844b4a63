import type { AuthStrategy } from '../contract.ts'
import { expiryBuckets } from '../revocation/expiry-buckets.ts'
import { FEED_LAG_MS, revocationFeed } from '../revocation/feed.ts'
import { NO_LOGOUT_EVERYWHERE } from '../revocation/revoked-ids.ts'

/** A revoked id stays a sixteenth of a lifetime longer than it has to. */
const BUCKETS_PER_LIFETIME = 16

/**
 * Every server holds the whole blacklist, so that a request asks nobody. Only a server that has not heard from Redis
 * for too long asks it, or answers 503. What a server knows outlives an emptied Redis.
 */
export const jwtBlacklistLocal = {
  title: 'JWT HS256 + local blacklist (fast-jwt)',
  summary:
    'The blacklist in the memory of every server, kept up to date by a Redis stream: a request asks nobody, a logout is known everywhere within a second.',
  state: 'hybrid',
  revocation: { effect: 'within', ms: FEED_LAG_MS },
  family: 'revocable token',
  needs: ['redis'],
  stores:
    'one entry and one stream entry per revoked token, and its id on every server, until a minute after the token would have expired',
  entriesFor: 'revoked',
  roundTrips: 0,
  background: true,
  cache: null,
  refreshes: false,
  exceptions: { S06: NO_LOGOUT_EVERYWHERE },
  library: 'fast-jwt',
  async open(deps) {
    // Loaded by the servers that use it, not by every one.
    const { fastCodec } = await import('../tokens/fast-jwt.ts')
    const codec = fastCodec(deps)
    const revoked = expiryBuckets(deps.ttlSeconds / BUCKETS_PER_LIFETIME, deps.now, () => new Set<string>())
    const feed = await revocationFeed(deps, ({ tokenId, expiresAt }) => revoked.open(expiresAt).add(tokenId))

    return {
      issue: (subject) => codec.sign(subject),
      verify(credential) {
        const token = credential === undefined ? null : codec.verify(credential)
        if (token === null || revoked.get(token.expiresAt)?.has(token.tokenId)) return null
        return feed.fresh() ? token.identity : feed.ask(token)
      },
      async revoke(credential) {
        const token = codec.verify(credential)
        if (token !== null) await feed.revoke(token)
      },
      fill: feed.fill,
      close: feed.close,
    }
  },
} satisfies Omit<AuthStrategy, 'id'>
