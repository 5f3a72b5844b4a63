import { CompactSign, compactVerify, errors, importJWK, type JWK } from 'jose'
import type { StrategyDeps } from '../contract.ts'
import {
  ACCESS_TOKEN_TYPE,
  type AccessToken,
  canonicalSignature,
  newClaims,
  parseClaims,
  readClaims,
} from './claims.ts'
import { HMAC_BYTES, hmacSecret, jwkOf, keyPair, type SignatureAlgorithm } from './keys.ts'

export interface JoseCodec {
  /** `own`: claims that the strategy adds for itself. */
  sign(subject: string, own?: Readonly<Record<string, unknown>>): Promise<string>
  /** Null: not a valid access token of this issuer for this audience, at this moment. */
  verify(token: string): Promise<AccessToken | null>
}

interface JoseSignatures {
  sign(payload: Uint8Array, header?: Readonly<Record<string, unknown>>): Promise<string>
  /** Null: not signed by this key with this algorithm. Says nothing of what the payload is. */
  verify(token: string): Promise<SignedBytes | null>
}

interface SignedBytes {
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Uint8Array
}

/**
 * Access tokens with jose. `compactVerify` with `readClaims` does the same checks as `jwtVerify` with all its options,
 * and more, in 42 us.
 * @throws AuthbenchError `WEAK_KEY`
 */
export async function joseCodec(algorithm: SignatureAlgorithm, deps: StrategyDeps): Promise<JoseCodec> {
  const signatures = await joseSignatures(algorithm, deps.keys[algorithm])
  const encoder = new TextEncoder()
  const header = { typ: ACCESS_TOKEN_TYPE }
  return {
    sign: (subject, own) =>
      signatures.sign(encoder.encode(JSON.stringify(newClaims(subject, deps, own))), header),
    async verify(token) {
      const signed = await signatures.verify(token)
      if (signed?.header.typ !== ACCESS_TOKEN_TYPE) return null
      const claims = parseClaims(signed.payload)
      return claims === null ? null : readClaims(claims, deps.token, deps.now())
    },
  }
}

/**
 * Compact JWS of one key and one algorithm (RFC 7515). Keys are imported here, once: given raw bytes or a JWK, jose
 * imports them again for every token (measured with HS256: 57 us against 47 us).
 * @throws AuthbenchError `WEAK_KEY`
 */
export async function joseSignatures(algorithm: SignatureAlgorithm, jwk: JWK): Promise<JoseSignatures> {
  const { signingKey, verificationKey, signatureBytes } = await importKeys(algorithm, jwk)
  const options = { algorithms: [algorithm] }
  const isCanonical = canonicalSignature(signatureBytes)
  return {
    sign: (payload, header) =>
      new CompactSign(payload).setProtectedHeader({ alg: algorithm, ...header }).sign(signingKey),
    async verify(token) {
      if (!isCanonical(token)) return null
      try {
        const { payload, protectedHeader } = await compactVerify(token, verificationKey, options)
        // It could only ask for an unencoded payload, which a JWT must not have (RFC 7797 section 7).
        return protectedHeader.crit === undefined ? { header: protectedHeader, payload } : null
      } catch (error) {
        if (error instanceof errors.JOSEError) return null
        throw error
      }
    },
  }
}

async function importKeys(algorithm: SignatureAlgorithm, jwk: JWK) {
  if (algorithm === 'HS256') {
    const parameters = { name: 'HMAC', hash: 'SHA-256' }
    const secret = Uint8Array.from(hmacSecret(jwk))
    const key = await crypto.subtle.importKey('raw', secret, parameters, false, ['sign', 'verify'])
    return { signingKey: key, verificationKey: key, signatureBytes: HMAC_BYTES }
  }
  const { privateKey, publicKey, signatureBytes } = keyPair(algorithm, jwk)
  const [signingKey, verificationKey] = await Promise.all([
    importJWK(jwkOf(privateKey), algorithm),
    importJWK(jwkOf(publicKey), algorithm),
  ])
  return { signingKey, verificationKey, signatureBytes }
}
