import type { StrategyDeps } from '../contract.ts'
import { fastSignatures } from '../tokens/fast-jwt.ts'
import { packStatusList, type StatusBits } from './status-list.ts'

/** A signed list, its claims checked, still packed. */
export interface StatusListClaims {
  /** Seconds since the epoch, like `expiresAt`. What was revoked later may be missing. */
  readonly issuedAt: number
  readonly expiresAt: number
  readonly lst: string
}

export interface StatusListTokens {
  sign(uri: string, bits: StatusBits, issuedAt: number): Promise<string>
  /** Null: not a valid list of this name at this moment. */
  read(token: string, uri: string): StatusListClaims | null
}

/** Seconds after which a list is to be fetched anew. */
export const LIST_TTL_SECONDS = 5
/** Seconds for which it may be used, a second more: as long as fetching may take before anybody waits for it. */
export const LIST_LIFETIME_SECONDS = LIST_TTL_SECONDS + 1

/** Not an access token, whoever signed it (RFC 8725 section 3.11). */
const TYPE = 'statuslist+jwt'

/**
 * Status list tokens (draft-ietf-oauth-status-list sections 5.1 and 8.3), signed with ES256: who checks tokens needs
 * no key that could revoke any.
 */
export function statusListTokens(deps: StrategyDeps): StatusListTokens {
  const signatures = fastSignatures('ES256', deps.keys.ES256, TYPE)
  return {
    async sign(uri, bits, issuedAt) {
      return signatures.sign({
        sub: uri,
        iat: issuedAt,
        exp: issuedAt + LIST_LIFETIME_SECONDS,
        ttl: LIST_TTL_SECONDS,
        status_list: { bits: 1, lst: await packStatusList(bits) },
      })
    },
    read(token, uri) {
      const signed = signatures.verify(token)
      if (signed?.header.typ !== TYPE || signed.claims.sub !== uri) return null
      const { iat, exp, status_list: list } = signed.claims
      const now = deps.now() / 1000
      if (typeof iat !== 'number' || iat > now) return null
      if (typeof exp !== 'number' || !Number.isFinite(exp) || exp <= now) return null
      if (typeof list !== 'object' || list === null || !('bits' in list) || !('lst' in list)) return null
      if (list.bits !== 1 || typeof list.lst !== 'string') return null
      return { issuedAt: iat, expiresAt: exp, lst: list.lst }
    },
  }
}
