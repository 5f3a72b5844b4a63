import type { CacheUse, StrategyDeps } from '../contract.ts'
import { sessionCache } from '../sessions/cache.ts'
import { ACCESS_TOKEN_TYPE, type AccessToken, newClaims, readClaims } from './claims.ts'
import { type FastCodec, fastSignatures } from './fast-jwt.ts'
import type { SignatureAlgorithm } from './keys.ts'

interface CacheLimits {
  readonly entries: number
  /** A signature is checked again after so long: no server may trust a key for ever that it has once looked at. */
  readonly seconds: number
}

interface Verified {
  readonly claims: Readonly<Record<string, unknown>>
  /** Milliseconds since the epoch. */
  readonly until: number
}

interface CachedCodec extends FastCodec {
  cacheUse(): CacheUse
}

/**
 * The tokens of `fastCodec`, each signature checked once. What is remembered is the signature's answer and never the
 * claims': issuer, audience and times are read anew for every request. The key is the whole token, so no two tokens
 * share an entry (CVE-2026-35039 came of a shorter one), and only tokens that were good get in, so that forged ones
 * push nothing out.
 * @throws AuthbenchError `WEAK_KEY`
 */
export function cachedCodec(
  deps: StrategyDeps,
  algorithm: SignatureAlgorithm,
  limits: CacheLimits,
): CachedCodec {
  const signatures = fastSignatures(algorithm, deps.keys[algorithm], ACCESS_TOKEN_TYPE)
  const cache = sessionCache<Verified>(limits.entries, ({ until }) => until > deps.now())

  function verifyAnew(token: string, now: number): AccessToken | null {
    const signed = signatures.verify(token)
    if (signed?.header.typ !== ACCESS_TOKEN_TYPE) return null
    const read = readClaims(signed.claims, deps.token, now)
    if (read !== null) cache.put(token, { claims: signed.claims, until: now + 1000 * limits.seconds })
    return read
  }

  return {
    sign: (subject) => signatures.sign(newClaims(subject, deps)),
    verify(token) {
      const now = deps.now()
      const known = cache.find(token)
      return known === undefined ? verifyAnew(token, now) : readClaims(known.claims, deps.token, now)
    },
    cacheUse: cache.use,
  }
}
