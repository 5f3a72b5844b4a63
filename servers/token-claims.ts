import { randomBytes } from 'node:crypto'
import type { Identity, StrategyDeps, TokenProfile } from './contract.ts'

/** Header `typ` of an access token: an ID token or a refresh token must not pass for one (RFC 9068 section 2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt'

/** The payload of a verified access token, taken apart. */
export interface AccessToken {
  readonly identity: Identity
  readonly tokenId: string
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** Claims of a new access token (RFC 9068 section 2.2). */
export function newClaims(
  subject: string,
  deps: Pick<StrategyDeps, 'now' | 'ttlSeconds' | 'token'>,
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
    jti: randomBytes(16).toString('base64url'),
  }
}

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

const DOT = 46

/**
 * Whether the last segment is the canonical base64url spelling of `signatureBytes` bytes. Libraries decode padding,
 * spaces and stray trailing bits away, so that one signature has many spellings. Together with their decoders the
 * length and the last character settle it; the other segments need no such check, because the signature covers
 * them as they are written.
 */
export function canonicalSignature(signatureBytes: 32 | 64 | 256): (token: string) => boolean {
  const length = Math.ceil((signatureBytes * 4) / 3)
  // 32 bytes leave two unused bits in the last character, 64 and 256 leave four: all zero.
  const lastCharacters = signatureBytes === 32 ? 'AEIMQUYcgkosw048' : 'AQgw'
  return (token) =>
    token.charCodeAt(token.length - length - 1) === DOT &&
    lastCharacters.includes(token.charAt(token.length - 1))
}
