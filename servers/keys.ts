import { createPublicKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'
import { AuthbenchError } from '../src/errors.ts'
import type { KeyMaterial } from './contract.ts'

const generate = promisify(generateKeyPair)

/** HMAC key as large as the hash (RFC 7518 section 3.2). */
const MIN_HMAC_BITS = 256
/** RFC 7518 section 3.3. */
const MIN_RSA_BITS = 2048

/** Fresh keys from the system's random source. */
export async function generateKeys(): Promise<KeyMaterial> {
  const [rsa, pss, ec, eddsa, paseto] = await Promise.all([
    generate('rsa', { modulusLength: MIN_RSA_BITS }),
    generate('rsa', { modulusLength: MIN_RSA_BITS }),
    generate('ec', { namedCurve: 'P-256' }),
    generate('ed25519'),
    generate('ed25519'),
  ])
  return {
    HS256: secretJwk(),
    RS256: privateJwk(rsa),
    PS256: privateJwk(pss),
    ES256: privateJwk(ec),
    EdDSA: privateJwk(eddsa),
    A256GCM: secretJwk(),
    PASETO: privateJwk(paseto),
  }
}

const secretJwk = (): JWK => ({ kty: 'oct', k: randomBytes(MIN_HMAC_BITS / 8).toString('base64url') })
const privateJwk = ({ privateKey }: { readonly privateKey: KeyObject }): JWK =>
  privateKey.export({ format: 'jwk' }) as JWK

/**
 * The bytes of an HMAC key.
 * @throws AuthbenchError `WEAK_KEY`: shorter than 256 bits, or not an `oct` key at all
 */
export function hmacSecret(jwk: JWK): Buffer {
  const secret = Buffer.from(jwk.kty === 'oct' ? (jwk.k ?? '') : '', 'base64url')
  if (secret.length * 8 < MIN_HMAC_BITS) throw weakKey('HS256', secret.length * 8, MIN_HMAC_BITS)
  return secret
}

/**
 * The public half of an RSA or EC key.
 * @throws AuthbenchError `WEAK_KEY`: RSA modulus shorter than 2048 bits
 */
export function publicJwk(privateJwk: JWK): JWK {
  const key = createPublicKey({ key: privateJwk, format: 'jwk' })
  const bits = key.asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && bits < MIN_RSA_BITS) throw weakKey('RS256', bits, MIN_RSA_BITS)
  return key.export({ format: 'jwk' }) as JWK
}

function weakKey(algorithm: string, bits: number, minimum: number): AuthbenchError {
  return new AuthbenchError('WEAK_KEY', `the ${algorithm} key has ${bits} bits, less than ${minimum}`, {
    next: `Give it a key of at least ${minimum} bits.`,
  })
}
