import type { AuthStrategy } from '../contract.ts'
import type { SignatureAlgorithm } from '../tokens/keys.ts'
import { asyncTokens, STATELESS_TOKEN } from '../tokens/stateless-token.ts'

const SIGNATURES = {
  HS256: 'an HMAC that every verifier could also forge',
  RS256: 'an RSA signature, slow to make and long to carry, quick to verify',
  PS256: 'an RSA signature with random padding, as long as that of RS256',
  ES256: 'an elliptic-curve signature, short to carry, slow to verify',
  EdDSA: 'an Edwards-curve signature, short to carry, the same for the same token, slow to verify',
} as const satisfies Record<SignatureAlgorithm, string>

/** Signature and claims only: nothing is looked up, so nothing can be taken back. */
export const jwtJose = (algorithm: SignatureAlgorithm) =>
  ({
    title: `JWT ${algorithm} (jose)`,
    summary: `Stateless access token with ${SIGNATURES[algorithm]}; valid until it expires, whatever happens.`,
    ...STATELESS_TOKEN,
    library: 'jose',
    async open(deps) {
      // Loaded by the servers that use it, not by every one.
      const { joseCodec } = await import('../tokens/jose.ts')
      const codec = await joseCodec(algorithm, deps)
      return asyncTokens(codec)
    },
  }) satisfies Omit<AuthStrategy, 'id'>
