import type { AuthStrategy } from '../contract.ts'
import type { SignatureAlgorithm } from '../tokens/keys.ts'
import { STATELESS_TOKEN, syncTokens } from '../tokens/stateless-token.ts'

/** The cheapest kept way to verify a JWT in Node: what a token costs when the library does not get in the way. */
export const jwtFast = (algorithm: SignatureAlgorithm) =>
  ({
    title: `JWT ${algorithm} (fast-jwt)`,
    summary: `The same token as jwt-${algorithm.toLowerCase()}, verified synchronously by the fastest maintained library, its cache switched off.`,
    ...STATELESS_TOKEN,
    library: 'fast-jwt',
    async open(deps) {
      // Loaded by the servers that use it, not by every one.
      const { fastCodec } = await import('../tokens/fast-jwt.ts')
      const codec = fastCodec(deps, algorithm)
      return syncTokens(codec)
    },
  }) satisfies Omit<AuthStrategy, 'id'>
