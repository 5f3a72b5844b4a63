import { createSigner, createVerifier, TokenError } from 'fast-jwt'
import type { JWK } from 'jose'
import type { StrategyDeps } from '../contract.ts'
import { ACCESS_TOKEN_TYPE, type AccessToken, canonicalSignature, newClaims, readClaims } from './claims.ts'
import { HMAC_BYTES, hmacSecret, keyPair, type SignatureAlgorithm } from './keys.ts'

export interface FastCodec {
  /** `own`: claims that the strategy adds for itself. */
  sign(subject: string, own?: Readonly<Record<string, unknown>>): string
  /** Null: not a valid access token of this issuer for this audience, at this moment. */
  verify(token: string): AccessToken | null
}

type Members = Readonly<Record<string, unknown>>

interface FastSignatures {
  sign(claims: Members): string
  /** Null: not signed by this key with this algorithm. Says nothing of what the claims are. */
  verify(token: string): { readonly header: Members; readonly claims: Members } | null
}

/**
 * Access tokens with fast-jwt, synchronous.
 * @throws AuthbenchError `WEAK_KEY`
 */
export function fastCodec(deps: StrategyDeps, algorithm: SignatureAlgorithm = 'HS256'): FastCodec {
  const signatures = fastSignatures(algorithm, deps.keys[algorithm], ACCESS_TOKEN_TYPE)
  return {
    sign: (subject, own) => signatures.sign(newClaims(subject, deps, own)),
    verify(token) {
      const signed = signatures.verify(token)
      if (signed?.header.typ !== ACCESS_TOKEN_TYPE) return null
      return readClaims(signed.claims, deps.token, deps.now())
    },
  }
}

/**
 * Compact JWS of one key and one algorithm, with a JSON object as payload. The verifier is made once and without its
 * cache, which has a clock of its own and does not count its hits. Signature, algorithm and `crit` are checked by the
 * library; the times are not, because its clock is fixed when the verifier is made.
 * @param typ of new tokens
 * @throws AuthbenchError `WEAK_KEY`
 */
export function fastSignatures(algorithm: SignatureAlgorithm, jwk: JWK, typ: string): FastSignatures {
  const { signingKey, verificationKey, signatureBytes } = encodeKeys(algorithm, jwk)
  const sign = createSigner({ key: signingKey, algorithm, header: { alg: algorithm, typ } })
  const verify = createVerifier({
    key: verificationKey,
    algorithms: [algorithm],
    complete: true,
    cache: false,
    ignoreExpiration: true,
    ignoreNotBefore: true,
  })
  const isCanonical = canonicalSignature(signatureBytes)
  return {
    sign,
    verify(token) {
      if (!isCanonical(token)) return null
      try {
        const { header, payload } = verify(token)
        return { header, claims: payload }
      } catch (error) {
        if (error instanceof TokenError) return null
        throw error
      }
    },
  }
}

/** The library takes bytes and PEM, and makes key objects of them once. */
function encodeKeys(algorithm: SignatureAlgorithm, jwk: JWK) {
  if (algorithm === 'HS256') {
    const secret = hmacSecret(jwk)
    return { signingKey: secret, verificationKey: secret, signatureBytes: HMAC_BYTES }
  }
  const { privateKey, publicKey, signatureBytes } = keyPair(algorithm, jwk)
  return {
    signingKey: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    verificationKey: publicKey.export({ format: 'pem', type: 'spki' }),
    signatureBytes,
  }
}
