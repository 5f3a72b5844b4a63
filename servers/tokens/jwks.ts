import { compactVerify, errors } from 'jose'
import type { StrategyDeps } from '../contract.ts'
import {
  ACCESS_TOKEN_TYPE,
  type AccessToken,
  isCanonicalBase64url,
  parseClaims,
  readClaims,
} from './claims.ts'
import { remoteKeys } from './remote-keys.ts'

const ALGORITHMS = { algorithms: ['RS256'] }

/** Verifies RS256 access tokens with the keys of an auth server; all else as with a key of one's own. */
export function jwksVerifier(
  fetchKeySet: () => Promise<unknown>,
  { now, clock, token: profile }: Pick<StrategyDeps, 'now' | 'clock' | 'token'>,
): (token: string) => Promise<AccessToken | null> {
  const keyOf = remoteKeys(fetchKeySet, clock)
  return async (token) => {
    // How long its keys are is the auth server's affair, and no signature of another length verifies.
    if (!isCanonicalBase64url(token.slice(token.lastIndexOf('.') + 1))) return null
    try {
      const { payload, protectedHeader } = await compactVerify(token, keyOf, ALGORITHMS)
      // `crit` could only ask for an unencoded payload, which a JWT must not have (RFC 7797 section 7).
      if (protectedHeader.typ !== ACCESS_TOKEN_TYPE || protectedHeader.crit !== undefined) return null
      const claims = parseClaims(payload)
      return claims === null ? null : readClaims(claims, profile, now())
    } catch (error) {
      if (error instanceof errors.JOSEError) return null
      throw error
    }
  }
}
