import { CompactSign, compactVerify, errors, importJWK, type JWK } from 'jose'
import type { StrategyDeps } from './contract.ts'
import { hmacSecret, publicJwk } from './keys.ts'
import {
  ACCESS_TOKEN_TYPE,
  type AccessToken,
  canonicalSignature,
  newClaims,
  readClaims,
} from './token-claims.ts'

export type JoseAlgorithm = 'HS256' | 'RS256' | 'ES256'

export interface JoseCodec {
  sign(subject: string): Promise<string>
  /** Null: not a valid access token of this issuer for this audience, at this moment. */
  verify(token: string): Promise<AccessToken | null>
}

const SIGNATURE_BYTES = { HS256: 32, RS256: 256, ES256: 64 } as const

/**
 * Access tokens with jose. Keys are imported here, once: given raw bytes or a JWK, jose imports them again for every
 * token (measured with HS256: 57 us against 47 us). `compactVerify` with `readClaims` does the same checks as
 * `jwtVerify` with all its options, and more, in 42 us.
 * @throws AuthbenchError `WEAK_KEY`
 */
export async function joseCodec(algorithm: JoseAlgorithm, deps: StrategyDeps): Promise<JoseCodec> {
  const { signingKey, verificationKey } = await importKeys(algorithm, deps.keys[algorithm])
  const header = { alg: algorithm, typ: ACCESS_TOKEN_TYPE }
  const options = { algorithms: [algorithm] }
  const isCanonical = canonicalSignature(SIGNATURE_BYTES[algorithm])
  const encoder = new TextEncoder()
  const decoder = new TextDecoder('utf-8', { fatal: true })

  return {
    sign: (subject) =>
      new CompactSign(encoder.encode(JSON.stringify(newClaims(subject, deps))))
        .setProtectedHeader(header)
        .sign(signingKey),
    async verify(token) {
      if (!isCanonical(token)) return null
      try {
        const { payload, protectedHeader } = await compactVerify(token, verificationKey, options)
        // `crit` could only ask for an unencoded payload, which a JWT must not have (RFC 7797 section 7).
        if (protectedHeader.typ !== ACCESS_TOKEN_TYPE || protectedHeader.crit !== undefined) return null
        const claims = parseObject(decoder, payload)
        return claims === null ? null : readClaims(claims, deps.token, deps.now())
      } catch (error) {
        if (error instanceof errors.JOSEError) return null
        throw error
      }
    },
  }
}

async function importKeys(algorithm: JoseAlgorithm, jwk: JWK) {
  if (algorithm === 'HS256') {
    const parameters = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', Uint8Array.from(hmacSecret(jwk)), parameters, false, [
      'sign',
      'verify',
    ])
    return { signingKey: key, verificationKey: key }
  }
  const [signingKey, verificationKey] = await Promise.all([
    importJWK(jwk, algorithm),
    importJWK(publicJwk(jwk), algorithm),
  ])
  return { signingKey, verificationKey }
}

/** Null for anything but a JSON object: whoever holds the key may have signed any bytes. */
function parseObject(decoder: TextDecoder, bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes))
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
