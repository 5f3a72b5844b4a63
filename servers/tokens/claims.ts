// In this folder: access tokens. There are their claims, their keys, and a codec for each format and library.

import { randomBytes } from 'node:crypto'
import type { Identity, StrategyDeps, TokenProfile } from '../contract.ts'

/** Header `typ` of an access token: an ID token or a refresh token must not pass for one (RFC 9068 section 2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt'

/** The payload of a verified access token, taken apart. */
export interface AccessToken {
  readonly identity: Identity
  readonly tokenId: string
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/**
 * Claims of a new access token (RFC 9068 section 2.2).
 * @param own those that the strategy adds, or chooses, for itself
 */
export function newClaims(
  subject: string,
  deps: Pick<StrategyDeps, 'now' | 'ttlSeconds' | 'token'>,
  own: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const issuedAt = Math.floor(deps.now() / 1000)
  return {
    ...deps.token.claims,
    iss: deps.token.issuer,
    aud:
      deps.token.otherAudiences.length === 0
        ? deps.token.audience
        : [deps.token.audience, ...deps.token.otherAudiences],
    sub: subject,
    client_id: deps.token.clientId,
    iat: issuedAt,
    exp: issuedAt + deps.ttlSeconds,
    jti: newTokenId(),
    ...own,
  }
}

/** 128 bits from the system's random source: no two tokens meet (RFC 7519 section 4.1.7). */
export const newTokenId = (): string => randomBytes(16).toString('base64url')

/**
 * What a resource server has to check once the signature holds (RFC 9068 section 4), with no clock skew. One
 * function for all libraries: they differ in what they check by default, and none of them takes a clock per
 * verification and checks the type of every claim.
 */
export function readClaims(
  payload: Readonly<Record<string, unknown>>,
  profile: TokenProfile,
  nowMs: number,
): AccessToken | null {
  const { iss, aud, sub, client_id: clientId, iat, exp, nbf, jti, ...claims } = payload
  if (iss !== profile.issuer) return null
  if (aud !== profile.audience && !(Array.isArray(aud) && aud.includes(profile.audience))) return null
  if (typeof sub !== 'string' || typeof jti !== 'string' || typeof clientId !== 'string') return null
  const now = nowMs / 1000
  // JSON.parse reads 1e999 as Infinity: a token that never expires.
  if (typeof exp !== 'number' || !Number.isFinite(exp) || exp <= now) return null
  if (typeof iat !== 'number' || iat > now) return null
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf > now)) return null
  return { identity: { sub, claims }, tokenId: jti, expiresAt: exp }
}

/** Null for anything but a JSON object in UTF-8: whoever holds the key may have signed any bytes. */
export function parseClaims(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes))
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const DOT = 46
/** Those whose unused bits are zero, by the length of the text modulo 4 (RFC 4648 section 3.5); 4n + 1 is no length. */
const LAST_CHARACTERS = [null, '', 'AQgw', 'AEIMQUYcgkosw048'] as const

/**
 * Whether the last segment is the canonical base64url spelling of `signatureBytes` bytes. Libraries decode padding,
 * spaces and stray trailing bits away, so that one signature has many spellings. Together with their decoders the
 * length and the last character settle it; the other segments need no such check, because the signature covers
 * them as they are written.
 */
export function canonicalSignature(signatureBytes: number): (token: string) => boolean {
  const length = Math.ceil((signatureBytes * 4) / 3)
  return (token) => token.charCodeAt(token.length - length - 1) === DOT && endsInZeroBits(token, length)
}

/** The same for any text, for parts that no signature covers as they are written. */
export function isCanonicalBase64url(text: string): boolean {
  return /^[\w-]*$/.test(text) && endsInZeroBits(text, text.length)
}

function endsInZeroBits(text: string, length: number): boolean {
  const characters = LAST_CHARACTERS[length % 4]
  return characters === null || (characters?.includes(text.charAt(text.length - 1)) ?? false)
}
