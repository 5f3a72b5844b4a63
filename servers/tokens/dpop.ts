import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, compactVerify, errors, importJWK, type JWK } from 'jose'
import { PROOF_ALGORITHM, StoreUnavailableError, type StrategyDeps } from '../contract.ts'
import { isCanonicalBase64url, parseClaims } from './claims.ts'

/** What a proof has to be for. */
export interface Proven {
  readonly method: string
  /** Path and query of the request, as its first line has them. */
  readonly target: string
  /** The token, and the thumbprint of the key that it is bound to. Null: there is none yet, at a login. */
  readonly bound: { readonly token: string; readonly key: unknown } | null
}

/** @returns the thumbprint of the key that signed the proof (RFC 7638); null: it does not hold */
export type ProofCheck = (proof: unknown, proven: Proven) => Promise<string | null>

export const PROOF_TYPE = 'dpop+jwt'
/** A client's clock may be late by so much, or ahead by a few seconds (RFC 9449 section 11.1). */
const OLDEST_SECONDS = 60
const AHEAD_SECONDS = 5
/** No proof is good for longer, whenever it came. */
const LIFE_MS = 1000 * (OLDEST_SECONDS + AHEAD_SECONDS)
const MAX_ID_LENGTH = 128
/** 20 MB at most. Only who has a good token of its own fills that of bound tokens, but anybody that of logins. */
const MAX_IDS = 100_000
const OPTIONS = { algorithms: [PROOF_ALGORITHM] }

/** `ath`: which token the proof is for. */
export const tokenHash = (token: string): string =>
  createHash('sha256').update(token, 'latin1').digest('base64url')

/** Without query and fragment (RFC 9449 section 4.3); null: no address. */
function addressOf(text: unknown): string | null {
  const url = typeof text === 'string' ? URL.parse(text) : null
  return url === null ? null : `${url.origin}${url.pathname}`
}

/** What a request asks for, at the host of the API; null: it names a host of its own, or the API has none. */
function addressAt(audience: string, target: string): string | null {
  const api = URL.parse(audience)
  return api === null || !target.startsWith('/') ? null : addressOf(`${api.origin}${target}`)
}

/**
 * Checks proofs of possession (RFC 9449 section 4.3). The address is compared with the one that the API is known under,
 * its audience: the Host header and a host in the first line are the sender's own words. A proof counts once, in this process, for
 * as long as it is fresh.
 */
export function proofCheck(
  { now, clock, token: profile }: Pick<StrategyDeps, 'now' | 'clock' | 'token'>,
  mostIds = MAX_IDS,
): ProofCheck {
  // Apart, so that whoever logs in again and again takes no room from who has a token.
  const seen = { atLogin: seenProofs(clock, mostIds), bound: seenProofs(clock, mostIds) }
  return async (proof, { method, target, bound }) => {
    if (typeof proof !== 'string' || !isCanonicalBase64url(proof.slice(proof.lastIndexOf('.') + 1)))
      return null
    const signed = await signedProof(proof)
    if (signed === null) return null
    const { key, claims } = signed
    const { jti, htm, htu, iat, ath } = claims
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_LENGTH) return null
    const address = addressAt(profile.audience, target)
    if (htm !== method || address === null || addressOf(htu) !== address) return null
    const age = typeof iat === 'number' ? now() / 1000 - iat : Number.NaN
    if (!(age <= OLDEST_SECONDS && age >= -AHEAD_SECONDS)) return null
    if (bound !== null && (key !== bound.key || ath !== tokenHash(bound.token))) return null
    return seen[bound === null ? 'atLogin' : 'bound'].add(`${key}.${jti}`) ? key : null
  }
}

async function signedProof(
  proof: string,
): Promise<{ readonly key: string; readonly claims: Readonly<Record<string, unknown>> } | null> {
  try {
    const { payload, protectedHeader } = await compactVerify(proof, importKeyOf, OPTIONS)
    const { typ, crit } = protectedHeader
    const jwk = keyOf(protectedHeader)
    const claims = parseClaims(payload)
    if (typ !== PROOF_TYPE || crit !== undefined || jwk === null || claims === null) return null
    return { key: await calculateJwkThumbprint(jwk), claims }
  } catch (error) {
    // A key that is no point of its curve is refused by the platform.
    if (error instanceof errors.JOSEError || error instanceof DOMException) return null
    throw error
  }
}

/** What else a client says of its key is its own affair; null: no public key of the one algorithm. */
function keyOf({ jwk }: { readonly jwk?: unknown }): JWK | null {
  const { kty, crv, x, y, d } = Object(jwk)
  const isPublic = kty === 'EC' && crv === 'P-256' && typeof x === 'string' && typeof y === 'string'
  return isPublic && d === undefined ? { kty, crv, x, y } : null
}

async function importKeyOf(header: { readonly jwk?: unknown }) {
  const jwk = keyOf(header)
  if (jwk === null) throw new errors.JWSInvalid('no public key')
  return importJWK(jwk, PROOF_ALGORITHM)
}

/** Ids of proofs, each for as long as it might come again. */
export function seenProofs(clock: () => number, most = MAX_IDS) {
  /** Until when; the oldest first. */
  const ids = new Map<string, number>()
  function forgetOld(): void {
    for (const [id, until] of ids) {
      // In the last of them such a proof is fresh.
      if (until >= clock()) return
      ids.delete(id)
    }
  }
  return {
    /**
     * @returns whether it is new
     * @throws StoreUnavailableError when there are too many to tell
     */
    add(id: string): boolean {
      forgetOld()
      if (ids.has(id)) return false
      // Whether a proof is new cannot be told any more; forgetting one would let it come again.
      if (ids.size >= most) throw new StoreUnavailableError(new Error('too many proofs in a minute'))
      ids.set(id, clock() + LIFE_MS)
      return true
    },
  }
}
