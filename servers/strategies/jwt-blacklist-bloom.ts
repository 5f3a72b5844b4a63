import type { AuthStrategy } from '../contract.ts'
import { growingBloomFilter } from '../revocation/bloom-filter.ts'
import { expiryBuckets } from '../revocation/expiry-buckets.ts'
import { FEED_LAG_MS, revocationFeed } from '../revocation/feed.ts'
import { NO_LOGOUT_EVERYWHERE } from '../revocation/revoked-ids.ts'

/** 176 KiB: what 100,000 ids take at this rate. */
const REVOKED_PER_LIFETIME = 100_000
const FALSE_POSITIVES = 0.001

/**
 * Two filters, of the tokens that expire in this lifetime and in the next one, so that neither fills up for ever. What
 * a filter does not know is not revoked; what it seems to know, Redis decides. So Redis has to remember, too.
 */
export const jwtBlacklistBloom = {
  title: 'JWT HS256 + Bloom filter (fast-jwt)',
  summary:
    'The blacklist as a Bloom filter of two bytes per revoked token on every server; only what looks revoked, one good token in a thousand, is looked up in Redis.',
  state: 'hybrid',
  revocation: { effect: 'within', ms: FEED_LAG_MS },
  family: 'revocable token',
  needs: ['redis'],
  stores:
    'one entry and one stream entry per revoked token until a minute after it would have expired, and 14 bits on every server',
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
    const filters = expiryBuckets(deps.ttlSeconds, deps.now, () =>
      growingBloomFilter(REVOKED_PER_LIFETIME, FALSE_POSITIVES),
    )
    const feed = await revocationFeed(deps, ({ tokenId, expiresAt }) => filters.open(expiresAt).add(tokenId))

    return {
      issue: (subject) => codec.sign(subject),
      verify(credential) {
        const token = credential === undefined ? null : codec.verify(credential)
        if (token === null) return null
        const suspect = filters.get(token.expiresAt)?.has(token.tokenId) ?? false
        return suspect || !feed.fresh() ? feed.ask(token) : token.identity
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
