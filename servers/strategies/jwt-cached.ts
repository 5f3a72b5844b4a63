import type { AuthStrategy } from '../contract.ts'
import type { SignatureAlgorithm } from '../tokens/keys.ts'
import { STATELESS_TOKEN, syncTokens } from '../tokens/stateless-token.ts'

/** As declared, so that the declaration needs no library. */
const CACHE = { entries: 10_000, seconds: 600 } as const

/** The fast form with a memory: what is left of a signature's cost where the same tokens come again and again. */
export const jwtCached = (algorithm: SignatureAlgorithm) =>
  ({
    title: `JWT ${algorithm}, cached (fast-jwt)`,
    summary: `The token of jwt-${algorithm.toLowerCase()}-fast, its signature checked once and then remembered for the ${CACHE.entries.toLocaleString('en')} tokens used last; of no use where more than these take turns.`,
    ...STATELESS_TOKEN,
    cache: CACHE,
    library: 'fast-jwt',
    async open(deps) {
      // Loaded by the servers that use it, not by every one.
      const { cachedCodec } = await import('../tokens/cached.ts')
      const codec = cachedCodec(deps, algorithm, CACHE)
      return { ...syncTokens(codec), cacheUse: codec.cacheUse }
    },
  }) satisfies Omit<AuthStrategy, 'id'>
