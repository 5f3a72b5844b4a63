import type { AuthStrategy } from '../contract.ts'

/**
 * Signature first, then one EXISTS. The codec is that of jwt-hs256-fast, so the difference between the two is the
 * store. The key is made of issuer and token id, never of the token's text: one token can have several spellings.
 */
export const jwtBlacklist = {
  title: 'JWT HS256 + blacklist (fast-jwt)',
  summary:
    'A token that can be taken back: signature check with fast-jwt, then one Redis lookup in the list of revoked ids.',
  state: 'hybrid',
  revocation: { effect: 'immediate' },
  family: 'revocable token',
  needs: ['redis'],
  stores: 'one entry per revoked token, until the token would have expired',
  roundTrips: 1,
  cache: null,
  refreshes: false,
  exceptions: {},
  library: 'fast-jwt',
  async open(deps) {
    // Loaded by the servers that use it, not by every one.
    const { fastCodec } = await import('../token-fast.ts')
    const codec = fastCodec(deps)
    const store = await deps.store('redis')
    const key = (tokenId: string) => `revoked:${deps.token.issuer}:${tokenId}`
    return {
      issue: codec.sign,
      async verify(credential) {
        const token = credential === undefined ? null : codec.verify(credential)
        if (token === null || (await store.exists(key(token.tokenId)))) return null
        return token.identity
      },
      async revoke(credential) {
        const token = codec.verify(credential)
        if (token === null) return
        // Rounded up: the entry must not go before the token does.
        await store.set(key(token.tokenId), '1', Math.ceil(token.expiresAt - deps.now() / 1000))
      },
      close() {},
    }
  },
} satisfies Omit<AuthStrategy, 'id'>
