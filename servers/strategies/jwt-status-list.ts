import type { AuthStrategy, Identity } from '../contract.ts'
import { NO_LOGOUT_EVERYWHERE } from '../revocation/revoked-ids.ts'
import { isRevoked, type StatusBits } from '../revocation/status-list.ts'
import type { StatusReference } from '../revocation/status-list-issuer.ts'

/** `LIST_LIFETIME_SECONDS`: no list is used longer. */
const LAG_MS = 6000

interface Referenced {
  readonly identity: Identity
  readonly reference: StatusReference
}

/**
 * IETF Token Status List (draft-ietf-oauth-status-list): a token says at which place of which list its status is, and
 * whoever checks it fetches the signed list every five seconds. Made for verifiers that share nothing with the issuer;
 * here the way from one to the other is Redis. A list that Redis has lost voids its tokens.
 */
export const jwtStatusList = {
  title: 'JWT HS256 + status list (fast-jwt)',
  summary:
    'Token Status List of the IETF: one bit per token in a signed, compressed list, which every server fetches every five seconds.',
  state: 'hybrid',
  revocation: { effect: 'within', ms: LAG_MS },
  family: 'revocable token',
  needs: ['redis'],
  stores: 'one bit per token, revoked or not, in lists of a million',
  fixedStore: true,
  ownClaims: ['status'],
  roundTrips: 0,
  cache: null,
  refreshes: false,
  exceptions: { S06: NO_LOGOUT_EVERYWHERE },
  library: 'fast-jwt',
  async open(deps) {
    // Loaded by the servers that use it, not by every one.
    const [{ fastCodec }, { statusListTokens }, { statusListIssuer }, { statusListCache }] =
      await Promise.all([
        import('../tokens/fast-jwt.ts'),
        import('../revocation/status-list-token.ts'),
        import('../revocation/status-list-issuer.ts'),
        import('../revocation/status-list-cache.ts'),
      ])
    const codec = fastCodec(deps)
    const tokens = statusListTokens(deps)
    const issuer = statusListIssuer(deps, await deps.redis(), tokens)
    const lists = statusListCache(deps, issuer, tokens)

    /** Null: not a valid token, or one without a status. */
    function parse(credential: string): Referenced | null {
      const token = codec.verify(credential)
      if (token === null) return null
      const { status, ...claims } = token.identity.claims
      const reference = referenceOf(status)
      return reference === null ? null : { identity: { sub: token.identity.sub, claims }, reference }
    }

    return {
      async issue(subject) {
        return codec.sign(subject, { status: { status_list: await issuer.allocate() } })
      },
      verify(credential) {
        const token = credential === undefined ? null : parse(credential)
        if (token === null) return null
        const bits = lists(token.reference.uri)
        return bits instanceof Promise ? bits.then((list) => judge(token, list)) : judge(token, bits)
      },
      async revoke(credential) {
        const token = parse(credential)
        if (token !== null) await issuer.revoke(token.reference)
      },
      close() {},
    }
  },
} satisfies Omit<AuthStrategy, 'id'>

/** Refused as well: no such list, and a place beyond its end. */
function judge({ identity, reference }: Referenced, bits: StatusBits | null): Identity | null {
  return bits !== null && isRevoked(bits, reference.idx) === false ? identity : null
}

function referenceOf(status: unknown): StatusReference | null {
  const list = member(status, 'status_list')
  const [idx, uri] = [member(list, 'idx'), member(list, 'uri')]
  const isIndex = typeof idx === 'number' && Number.isSafeInteger(idx) && idx >= 0
  return isIndex && typeof uri === 'string' ? { idx, uri } : null
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined
}
