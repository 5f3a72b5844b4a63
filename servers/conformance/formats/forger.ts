import { createHmac, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { CompactSign, compactVerify, importJWK, type JWK } from 'jose'
import type { KeyMaterial } from '../../contract.ts'
import { ACCESS_TOKEN_TYPE, newClaims } from '../../tokens/claims.ts'
import { DEFAULT_TOKEN_PROFILE } from '../../tokens/default-profile.ts'
import { hmacSecret, publicJwk } from '../../tokens/keys.ts'
import { type Subject, USER } from '../harness/checked-server.ts'
import { assertAccepted, assertRefused } from '../harness/expectations.ts'

export type Algorithm = Exclude<keyof KeyMaterial, 'A256GCM' | 'PASETO'>
/** Tokens, and what is wrong with each. */
export type Attempts = readonly (readonly [what: string, credential: string])[]
export type Claims = Record<string, unknown>
type TokenHeader = Record<string, unknown>

export interface Forgery {
  readonly claims?: Claims
  /** Over `claims`. */
  readonly payload?: string
  readonly header?: TokenHeader
  readonly algorithm?: Algorithm
  readonly key?: JWK
  readonly understood?: { readonly crit: Record<string, boolean> }
}

/** Somebody who has the keys. */
export interface TokenMaker {
  readonly algorithm: Algorithm
  /** Header and claims of good tokens, except for these. */
  header(except?: TokenHeader): TokenHeader
  claims(except?: Claims): Claims
  /** Signed with the server's own key, right in everything that is not asked otherwise. */
  token(forgery?: Forgery): Promise<string>
}

export interface Forger extends TokenMaker {
  /** Null: the strategy's credentials are no tokens that somebody with the keys of a run could make. */
  readonly issued: string | null
  /** Accepted by a token strategy, refused by any other. */
  assertTaken(token: string): Promise<void>
}

/** @param base claims of a good token */
export function tokenMaker(
  keys: KeyMaterial,
  own: Algorithm,
  base: Claims,
  ownHeader: TokenHeader = {},
): TokenMaker {
  const maker: TokenMaker = {
    algorithm: own,
    header: (except = {}) => ({ alg: own, typ: ACCESS_TOKEN_TYPE, ...ownHeader, ...except }),
    claims: (except = {}) => ({ ...base, ...except }),
    async token({ claims, payload, header, algorithm, key, understood } = {}) {
      const signer = algorithm ?? own
      const bytes = new TextEncoder().encode(payload ?? JSON.stringify(maker.claims(claims)))
      const fields = maker.header({ ...(algorithm === undefined ? {} : { alg: algorithm }), ...header })
      return new CompactSign(bytes)
        .setProtectedHeader({ ...fields, alg: String(fields.alg) })
        .sign(await importJWK(key ?? keys[signer], signer), understood)
    },
  }
  return maker
}

/** RFC 9864 gives EdDSA over Ed25519 a name of its own. */
const KEY_OF: Readonly<Record<string, Algorithm>> = {
  HS256: 'HS256',
  RS256: 'RS256',
  PS256: 'PS256',
  ES256: 'ES256',
  EdDSA: 'EdDSA',
  Ed25519: 'EdDSA',
}

interface Issued {
  readonly token: string
  readonly algorithm: Algorithm
  readonly header: TokenHeader
  readonly claims: Claims
}

/**
 * Somebody who has the keys, and a token of the server to start from: what it names (a key, a list, an id that the
 * server keeps) stays as it is, so that a refusal is due to what was changed.
 */
export async function openForger(subject: Subject): Promise<Forger> {
  const { keys } = subject.environment
  const issued = await signedByUs(await subject.login(), keys)
  const base: Claims = issued?.claims ?? {
    ...newClaims(USER, { now: subject.now, ttlSeconds: subject.ttlSeconds, token: DEFAULT_TOKEN_PROFILE }),
  }
  const forger: Forger = {
    ...tokenMaker(keys, issued?.algorithm ?? 'HS256', base, issued?.header),
    issued: issued?.token ?? null,
    async assertTaken(token) {
      const reply = await subject.me(token)
      if (issued === null) assertRefused(reply, 'a token in place of an opaque credential')
      else assertAccepted(reply, USER, 'a good token from the forger')
    },
  }
  await forger.assertTaken(await forger.token())
  return forger
}

/** Null: no JWT, or one whose key is not among ours (an auth server has its own). */
export async function signedByUs(credential: string, keys: KeyMaterial): Promise<Issued | null> {
  const header = headerOf(credential)
  const algorithm = KEY_OF[String(header?.alg)]
  if (header === null || algorithm === undefined) return null
  const jwk = algorithm === 'HS256' ? keys.HS256 : publicJwk(keys[algorithm])
  const key =
    algorithm === 'HS256' ? Uint8Array.from(hmacSecret(jwk)) : await importJWK(jwk, String(header.alg))
  try {
    const { payload } = await compactVerify(credential, key)
    return { token: credential, algorithm, header, claims: JSON.parse(new TextDecoder().decode(payload)) }
  } catch {
    return null
  }
}

/** Null where the first of three segments is no JSON object: PASETO has three segments too. */
export function headerOf(credential: string): TokenHeader | null {
  const [first = '', ...others] = credential.split('.')
  if (others.length !== 2) return null
  try {
    const header: unknown = JSON.parse(Buffer.from(first, 'base64url').toString())
    return typeof header === 'object' && header !== null ? { ...header } : null
  } catch {
    return null
  }
}

export function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

export function signingInput(header: TokenHeader, claims: Claims): string {
  return `${encode(header)}.${encode(claims)}`
}

export function hmac(hash: string, secret: string | Buffer, input: string): string {
  return createHmac(hash, secret).update(input).digest('base64url')
}

export function signature(hash: string, key: KeyObject, input: string): string {
  return sign(hash, Buffer.from(input), key).toString('base64url')
}

/** Every form in which a server may hold, or an attacker may find, the public key. */
export function spellingsOfPublicKey(privateJwk: JWK): (readonly [string, string | Buffer])[] {
  const jwk = publicJwk(privateJwk)
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const pem = key.export({ format: 'pem', type: 'spki' }).toString()
  return [
    ['PEM', pem],
    ['PEM without its last newline', pem.trimEnd()],
    ['DER', key.export({ format: 'der', type: 'spki' })],
    ['JWK', JSON.stringify(jwk)],
    ['first number', Buffer.from(jwk.n ?? jwk.x ?? '', 'base64url')],
  ]
}
