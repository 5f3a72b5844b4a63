import { createSigner, createVerifier, TokenError } from 'fast-jwt'
import type { StrategyDeps } from './contract.ts'
import { hmacSecret } from './keys.ts'
import {
  ACCESS_TOKEN_TYPE,
  type AccessToken,
  canonicalSignature,
  newClaims,
  readClaims,
} from './token-claims.ts'

export interface FastCodec {
  sign(subject: string): string
  /** Null: not a valid access token of this issuer for this audience, at this moment. */
  verify(token: string): AccessToken | null
}

/**
 * HS256 access tokens with fast-jwt, synchronous. The verifier is made once and without its cache: a cache of
 * results measures the hit rate of the load's credential pool, and has to be kept from outliving `exp`.
 * Signature, algorithm, `typ` and `crit` are checked by the library; the times are not, because its clock is fixed
 * when the verifier is made.
 * @throws AuthbenchError `WEAK_KEY`
 */
export function fastCodec(deps: StrategyDeps): FastCodec {
  const key = hmacSecret(deps.keys.HS256)
  const signClaims = createSigner({
    key,
    algorithm: 'HS256',
    header: { alg: 'HS256', typ: ACCESS_TOKEN_TYPE },
  })
  const verifySignature = createVerifier({
    key,
    algorithms: ['HS256'],
    cache: false,
    checkTyp: ACCESS_TOKEN_TYPE,
    ignoreExpiration: true,
    ignoreNotBefore: true,
  })
  const isCanonical = canonicalSignature(32)

  return {
    sign: (subject) => signClaims(newClaims(subject, deps)),
    verify(token) {
      if (!isCanonical(token)) return null
      try {
        return readClaims(verifySignature(token), deps.token, deps.now())
      } catch (error) {
        if (error instanceof TokenError) return null
        throw error
      }
    },
  }
}
