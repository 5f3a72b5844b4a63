import { createPublicKey, sign, verify } from 'node:crypto'
import type { JWK } from 'jose'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { KeyMaterial } from '../contract.ts'
import { encryptionSecret, hmacSecret, jwkOf, type KeyPair, keyPair } from '../tokens/keys.ts'
import { firstJsonProblem } from './json-position.ts'

type KeyName = keyof KeyMaterial
type Members = Readonly<Record<string, unknown>>

interface Candidate {
  /** `keys[1]` */
  readonly where: string
  readonly jwk: JWK
  /** The file says what the key is for; a key that only could be steps back. */
  readonly named: boolean
}

/** `alg` of RFC 7518 section 3.1 and 5.1, RFC 8037 section 3.1 and RFC 9864; PASETO has no name of its own there. */
const BY_ALGORITHM: Readonly<Record<string, KeyName>> = {
  HS256: 'HS256',
  RS256: 'RS256',
  PS256: 'PS256',
  ES256: 'ES256',
  EdDSA: 'EdDSA',
  Ed25519: 'EdDSA',
  A256GCM: 'A256GCM',
  dir: 'A256GCM',
  'v4.public': 'PASETO',
}

/** Where `alg` is missing, by `kty` and `crv`; a server needs one of them. */
const BY_KIND: Readonly<Record<string, readonly KeyName[]>> = {
  oct: ['HS256', 'A256GCM'],
  RSA: ['RS256', 'PS256'],
  'EC P-256': ['ES256'],
  'OKP Ed25519': ['EdDSA', 'PASETO'],
}

/** Of a private key (RFC 7518 section 6, RFC 8037 section 2). */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  oct: ['k'],
  RSA: ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'],
  EC: ['x', 'y', 'd'],
  OKP: ['x', 'd'],
}

/** `k` of 256 bits: a longer secret that does not say what it is for is one for HMAC. */
const AES_256_CHARACTERS = 43

/**
 * The keys that a JWK or a JWK set (RFC 7517) has for our strategies, by `alg`, or by kind where that is missing. Keys
 * for other algorithms are passed over.
 * @param source where the text comes from, for the message: a file name
 * @throws AuthbenchError `KEYS_FILE_INVALID`, naming the member and never its value; `WEAK_KEY`
 */
export function parseKeysFile(text: string, source: string): Partial<KeyMaterial> {
  const candidates = new Map<KeyName, Candidate>()
  for (const [where, key] of entriesOf(parse(text, source), source)) {
    const names = namesOf(key)
    if (names.length === 0) continue
    const jwk = privateJwk(key, `${source}: ${where}`)
    const named = key.alg !== undefined
    for (const name of names) {
      const other = candidates.get(name)
      if (other?.named === named) throw bothFor(name, source, other.where, where)
      if (other === undefined || named) candidates.set(name, { where, jwk, named })
    }
  }
  if (candidates.size === 0) {
    throw invalid(
      `${source} holds no key for any of ${Object.keys(BY_ALGORITHM).join(', ')}`,
      'Say with "alg" what a key is for.',
    )
  }
  return Object.fromEntries(
    [...candidates].map(([name, { jwk, where }]) => [name, checked(name, jwk, `${source}: ${where}`)]),
  )
}

function parse(text: string, source: string): unknown {
  // Some editors write a byte order mark.
  const json = text.replace(/^\uFEFF/, '')
  const found = firstJsonProblem(json)
  if (found === null) return JSON.parse(json)
  throw invalid(
    `${source} ${found.problem}: see line ${found.line}, column ${found.column}`,
    'Give a JWK or a JWK set (RFC 7517); keys in PEM have to be converted first.',
  )
}

function entriesOf(parsed: unknown, source: string): (readonly [where: string, key: Members])[] {
  const next = 'Give a JWK or a JWK set (RFC 7517).'
  if (!isObject(parsed)) throw invalid(`${source} holds no JSON object`, next)
  if (parsed.keys === undefined) return [['the key', parsed]]
  if (!Array.isArray(parsed.keys)) throw invalid(`${source}: "keys" is not an array`, next)
  return parsed.keys.map((key: unknown, index) => {
    const where = `keys[${index}]`
    if (!isObject(key)) throw invalid(`${source}: ${where} is not a JSON object`, next)
    return [where, key]
  })
}

/** Those that it may be used for (RFC 7517 sections 4.2 to 4.4). */
function namesOf({ kty, crv, k, alg, use, key_ops: operations }: Members): readonly KeyName[] {
  const kind = crv === undefined ? String(kty) : `${kty} ${crv}`
  const named = BY_ALGORITHM[String(alg)]
  const names = named === undefined ? [] : [named]
  return (alg === undefined ? (BY_KIND[kind] ?? []) : names).filter((name) => {
    const encrypts = name === 'A256GCM'
    if (encrypts && alg === undefined && String(k).length !== AES_256_CHARACTERS) return false
    if (use !== undefined && use !== (encrypts ? 'enc' : 'sig')) return false
    return !Array.isArray(operations) || operations.includes(encrypts ? 'encrypt' : 'sign')
  })
}

/** The members that matter, as texts. */
function privateJwk(key: Members, where: string): JWK {
  const { kty, crv } = key
  if (typeof kty !== 'string') throw invalid(`${where}: "kty" is missing or no string`)
  const members = (MEMBERS[kty] ?? []).map((member) => {
    const value = key[member]
    if (value === undefined) {
      throw invalid(
        `${where}: "${member}" is missing`,
        'A server that issues needs the private key, with all of its members.',
      )
    }
    if (typeof value !== 'string' || !/^[\w-]+$/.test(value)) {
      throw invalid(`${where}: "${member}" is not base64url`)
    }
    return [member, value]
  })
  return { kty, ...(typeof crv === 'string' ? { crv } : {}), ...Object.fromEntries(members) }
}

/** Strong enough, of the right kind, and of one piece. */
function checked(name: KeyName, jwk: JWK, where: string): JWK {
  if (name === 'HS256' || name === 'A256GCM') {
    if (name === 'HS256') hmacSecret(jwk)
    else encryptionSecret(jwk)
    return jwk
  }
  try {
    const pair = keyPair(name, jwk)
    if (fits(pair, jwk)) return jwkOf(pair.privateKey)
  } catch (error) {
    if (error instanceof AuthbenchError) throw error
  }
  // Without the cause: it may quote the key.
  throw invalid(`${where}: its members do not make up one key of kind ${jwk.kty}`)
}

/** Whether what the private members sign is right by the public ones, with which others will verify. */
function fits({ privateKey }: KeyPair, jwk: JWK): boolean {
  const probe = Buffer.from('probe')
  const hash = jwk.kty === 'OKP' ? null : 'sha256'
  return verify(hash, probe, createPublicKey({ key: jwk, format: 'jwk' }), sign(hash, probe, privateKey))
}

function bothFor(name: KeyName, source: string, first: string, second: string): AuthbenchError {
  return invalid(
    `${source}: ${first} and ${second} are both for ${name}`,
    'Leave one of them: the order of a set says nothing (RFC 7517 section 5).',
  )
}

function invalid(message: string, next = 'Correct it, or leave this key out.'): AuthbenchError {
  return new AuthbenchError('KEYS_FILE_INVALID', message, { next })
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
