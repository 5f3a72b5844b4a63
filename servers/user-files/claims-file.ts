import { AuthbenchError } from '../../src/results/errors.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { TokenProfile } from '../contract.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'
import { firstJsonProblem } from './json-position.ts'

/** Claims with a meaning of their own (RFC 7519 section 4.1, RFC 9068 section 2.2). */
const RESERVED = {
  iss: 'string',
  sub: 'string',
  client_id: 'string',
  jti: 'string',
  exp: 'number',
  iat: 'number',
  nbf: 'number',
} as const

type ReservedClaim = keyof typeof RESERVED

/**
 * The profile that the text of a claims file asks for.
 * @param source where the text comes from, for the message: a file name
 * @throws AuthbenchError `CLAIMS_NOT_JSON`, `CLAIMS_NOT_EXACT` with line and column, and those of `tokenProfileFromClaims`
 */
export function parseClaimsFile(text: string, source: string): TokenProfile {
  // Some editors write a byte order mark.
  const json = text.replace(/^\uFEFF/, '')
  const found = firstJsonProblem(json)
  if (found !== null) {
    throw new AuthbenchError(
      found.kind === 'syntax' ? 'CLAIMS_NOT_JSON' : 'CLAIMS_NOT_EXACT',
      `${source} ${found.problem}: see line ${found.line}, column ${found.column}`,
      {
        next:
          found.kind === 'number'
            ? 'Write it as a string: tokens would carry another number.'
            : 'Give a JSON object of claims, such as the payload of a decoded token.',
      },
    )
  }
  return tokenProfileFromClaims(JSON.parse(json), source)
}

/**
 * Issuer, audience and client id are taken over; what is new in every token (`sub`, `jti`, the times) is checked and
 * left out, so that the payload of a real token can be given as it is. Everything else becomes a private claim.
 * @throws AuthbenchError `CLAIMS_NOT_OBJECT`, `CLAIMS_INVALID` (all wrong claims in one message)
 */
export function tokenProfileFromClaims(parsed: unknown, source: string): TokenProfile {
  if (!isObject(parsed)) {
    throw new AuthbenchError('CLAIMS_NOT_OBJECT', `${source} holds ${typeName(parsed)}, not a JSON object`, {
      next: 'Give an object whose members are the claims.',
    })
  }
  const problems = Object.entries(RESERVED)
    .filter(([claim, type]) => Object.hasOwn(parsed, claim) && typeName(parsed[claim]) !== type)
    .map(([claim, type]) => `"${claim}" must be a ${type} and is ${typeName(parsed[claim])}`)
  if (parsed.aud !== undefined && audienceOf(parsed.aud) === null) {
    problems.push(`"aud" must be a string, or an array of strings, and is ${typeName(parsed.aud)}`)
  }
  if (problems.length > 0) {
    throw new AuthbenchError('CLAIMS_INVALID', `${source}: ${problems.join('; ')}`, {
      next: 'Correct these claims, or leave them out: every token gets its own.',
    })
  }
  const {
    iss,
    aud: _aud,
    sub,
    client_id,
    jti,
    exp,
    iat,
    nbf,
    ...claims
  } = parsed as Record<string, unknown> &
    Partial<Record<Exclude<ReservedClaim, 'exp' | 'iat' | 'nbf'>, string>>
  const audiences = audienceOf(parsed.aud)
  return {
    issuer: iss ?? DEFAULT_TOKEN_PROFILE.issuer,
    audience: audiences?.[0] ?? DEFAULT_TOKEN_PROFILE.audience,
    otherAudiences: audiences?.slice(1) ?? [],
    clientId: client_id ?? DEFAULT_TOKEN_PROFILE.clientId,
    claims,
  }
}

/**
 * A user's claim would be lost in a strategy that sets it itself, and takes it out again.
 * @throws AuthbenchError `CLAIMS_TAKEN`, with all of them
 */
export function assertNoneTaken(
  { claims }: Pick<TokenProfile, 'claims'>,
  strategies: readonly Pick<StrategyInfo, 'id' | 'ownClaims'>[],
): void {
  const taken = strategies.flatMap(({ id, ownClaims = [] }) =>
    ownClaims.filter((claim) => Object.hasOwn(claims, claim)).map((claim) => `${id} sets "${claim}" itself`),
  )
  if (taken.length === 0) return
  throw new AuthbenchError('CLAIMS_TAKEN', `the claims file has what a strategy needs: ${taken.join('; ')}`, {
    next: 'Leave these claims out, or these strategies.',
  })
}

/** RFC 7519 section 4.1.3: one string, or an array of them. Null: neither. */
function audienceOf(aud: unknown): readonly string[] | null {
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud]
  return audiences.length > 0 && audiences.every((audience) => typeof audience === 'string')
    ? audiences
    : null
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** In JSON's own words. */
function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : typeof value
}
