import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { KeyMaterial } from '../contract.ts'

const generate = promisify(generateKeyPair)

type SecretAlgorithm = 'HS256' | 'A256GCM'
type KeyPairAlgorithm = Exclude<keyof KeyMaterial, SecretAlgorithm>
export type SignatureAlgorithm = Exclude<keyof KeyMaterial, 'A256GCM' | 'PASETO'>

export interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly signatureBytes: number
}

/** RFC 7518 section 3.2. */
export const HMAC_BYTES = 32
/** Of P-256 as r and s (RFC 7518 section 3.4), and of Ed25519 (RFC 8032 section 5.1.6). */
const CURVE_SIGNATURE_BYTES = 64

/** HMAC key as large as the hash (RFC 7518 section 3.2); AES key exactly so. */
const SECRET_BITS = 256
/** RFC 7518 section 3.3. */
const MIN_RSA_BITS = 2048
/** FIPS 186-5 section A.1.1. With an exponent of 1 a signature is its own padding, and anybody makes it. */
const MIN_RSA_EXPONENT = 65_537n

/** RFC 7518 section 3.1, RFC 8037 section 3.1; PASETO version 4. */
const KIND = {
  RS256: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  PASETO: { kty: 'OKP', crv: 'Ed25519' },
} as const satisfies Record<KeyPairAlgorithm, { kty: string; crv?: string }>

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
    RS256: jwkOf(rsa.privateKey),
    PS256: jwkOf(pss.privateKey),
    ES256: jwkOf(ec.privateKey),
    EdDSA: jwkOf(eddsa.privateKey),
    A256GCM: secretJwk(),
    PASETO: jwkOf(paseto.privateKey),
  }
}

const secretJwk = (): JWK => ({ kty: 'oct', k: randomBytes(SECRET_BITS / 8).toString('base64url') })

/** Its own members and nothing else: no `alg`, `use` or `kid` of the file that it came from. */
export const jwkOf = (key: KeyObject): JWK => key.export({ format: 'jwk' }) as JWK

/**
 * The bytes of an HMAC key.
 * @throws AuthbenchError `WEAK_KEY`: shorter than 256 bits, one byte over and over, or not an `oct` key at all
 */
export function hmacSecret(jwk: JWK): Buffer {
  const secret = secretOf('HS256', jwk)
  const bits = secret.length * 8
  if (bits < SECRET_BITS) throw tooShort('HS256', bits, SECRET_BITS)
  assertVaried('HS256', secret)
  return secret
}

/**
 * The bytes of a key for AES-256.
 * @throws AuthbenchError `WEAK_KEY`: not exactly 256 bits, one byte over and over, or not an `oct` key at all
 */
export function encryptionSecret(jwk: JWK): Buffer {
  const secret = secretOf('A256GCM', jwk)
  const bits = secret.length * 8
  if (bits !== SECRET_BITS) {
    throw weakKey(
      `the A256GCM key has ${bits} bits, not ${SECRET_BITS}`,
      `Give it a key of ${SECRET_BITS} bits.`,
    )
  }
  assertVaried('A256GCM', secret)
  return secret
}

/** A buffer that nobody filled passes for a key by its length. */
function assertVaried(algorithm: SecretAlgorithm, secret: Buffer): void {
  if (secret.some((byte) => byte !== secret[0])) return
  throw weakKey(`the ${algorithm} key is one byte over and over`, 'Give it random bytes.')
}

function secretOf(algorithm: SecretAlgorithm, jwk: JWK): Buffer {
  if (jwk.kty !== 'oct') throw wrongKind(algorithm, jwk, { kty: 'oct' })
  return Buffer.from(jwk.k ?? '', 'base64url')
}

/**
 * Both halves of a private key.
 * @throws AuthbenchError `WEAK_KEY`: RSA modulus shorter than 2048 bits or exponent under 65537, another curve, another kind of key
 */
export function keyPair(algorithm: KeyPairAlgorithm, jwk: JWK): KeyPair {
  const kind: { readonly kty: string; readonly crv?: string } = KIND[algorithm]
  if (jwk.kty !== kind.kty || jwk.crv !== kind.crv) throw wrongKind(algorithm, jwk, kind)
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  const bits = assertStrongRsa(algorithm, privateKey)
  return {
    privateKey,
    publicKey: createPublicKey(privateKey),
    signatureBytes: bits === undefined ? CURVE_SIGNATURE_BYTES : Math.ceil(bits / 8),
  }
}

/**
 * The public half of an RSA, EC or Ed25519 key.
 * @throws AuthbenchError `WEAK_KEY`: RSA modulus shorter than 2048 bits or exponent under 65537
 */
export function publicJwk(privateJwk: JWK): JWK {
  const key = createPublicKey({ key: privateJwk, format: 'jwk' })
  assertStrongRsa('RSA', key)
  return jwkOf(key)
}

/** @returns its bits; undefined where there is no modulus */
function assertStrongRsa(name: string, key: KeyObject): number | undefined {
  const { modulusLength: bits, publicExponent: exponent } = key.asymmetricKeyDetails ?? {}
  if (bits !== undefined && bits < MIN_RSA_BITS) throw tooShort(name, bits, MIN_RSA_BITS)
  if (exponent !== undefined && (exponent < MIN_RSA_EXPONENT || exponent % 2n === 0n)) {
    throw weakKey(
      `the public exponent of the ${name} key is ${exponent}, not an odd number of at least ${MIN_RSA_EXPONENT}`,
      `Give it a key with exponent ${MIN_RSA_EXPONENT}.`,
    )
  }
  return bits
}

function tooShort(name: string, bits: number, minimum: number): AuthbenchError {
  return weakKey(
    `the ${name} key has ${bits} bits, less than ${minimum}`,
    `Give it a key of at least ${minimum} bits.`,
  )
}

function wrongKind(
  name: string,
  found: JWK,
  wanted: { readonly kty: string; readonly crv?: string },
): AuthbenchError {
  const kindOf = ({ kty, crv }: { readonly kty?: string; readonly crv?: string }) =>
    [kty, crv].filter((part) => part !== undefined).join(' ')
  return weakKey(
    `the ${name} key is of kind ${kindOf(found)}, not ${kindOf(wanted)}`,
    `Give it a key of kind ${kindOf(wanted)}.`,
  )
}

function weakKey(message: string, next: string): AuthbenchError {
  return new AuthbenchError('WEAK_KEY', message, { next })
}
