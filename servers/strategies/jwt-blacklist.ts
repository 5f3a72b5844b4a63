import type { AuthStrategy } from '../contract.ts'
import { NO_LOGOUT_EVERYWHERE, otherRevocations, revokedKey, secondsLeft } from '../revocation/revoked-ids.ts'

/**
 * Signature first, then one EXISTS. The codec is that of jwt-hs256-fast, so the difference between the two is the
 * store. A Redis that comes back empty has forgotten what was revoked: persistence is its own matter.
 */
export const jwtBlacklist = {
  title: 'JWT HS256 + blacklist (fast-jwt)',
  summary:
    'A token that can be taken back: signature check with fast-jwt, then one Redis lookup in the list of revoked ids.',
  state: 'hybrid',
  revocation: { effect: 'immediate' },
  family: 'revocable token',
  needs: ['redis'],
  stores: 'one entry per revoked token, until a minute after the token would have expired',
  entriesFor: 'revoked',
  roundTrips: 1,
  cache: null,
  refreshes: false,
  exceptions: { S06: NO_LOGOUT_EVERYWHERE },
  library: 'fast-jwt',
  async open(deps) {
    // Loaded by the servers that use it, not by every one.
    const { fastCodec } = await import('../tokens/fast-jwt.ts')
    const codec = fastCodec(deps)
    const store = await deps.store('redis')
    const key = (tokenId: string) => revokedKey(deps.token.issuer, tokenId)
    return {
      issue: (subject) => codec.sign(subject),
      async verify(credential) {
        const token = credential === undefined ? null : codec.verify(credential)
        if (token === null || (await store.exists(key(token.tokenId)))) return null
        return token.identity
      },
      async revoke(credential) {
        const token = codec.verify(credential)
        if (token !== null) await store.set(key(token.tokenId), '1', secondsLeft(token, deps.now()))
      },
      fill(entries) {
        const others = otherRevocations(entries, Math.floor(deps.now() / 1000) + deps.ttlSeconds)
        return store.setMany(
          others.map(({ tokenId }) => [key(tokenId), '1'] as const),
          deps.ttlSeconds,
        )
      },
      close() {},
    }
  },
} satisfies Omit<AuthStrategy, 'id'>
