import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, compactVerify, EmbeddedJWK, errors } from 'jose'
import { PROOF_ALGORITHM, StoreUnavailableError, type StrategyDeps } from '../contract.ts'
import { isCanonicalBase64url, parseClaims } from './claims.ts'

/** What a proof has to be for. */
export interface Proven {
  readonly method: string
  /** Path and query of the request. */
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
/** 20 MB at most. Only who has a good token of its own gets this far. */
const MAX_IDS = 100_000
const OPTIONS = { algorithms: [PROOF_ALGORITHM] }

/** `ath`: which token the proof is for. */
export const tokenHash = (token: string): string =>
  createHash('sha256').update(token, 'latin1').digest('base64url')

/** Without query and fragment (RFC 9449 section 4.3); null: no address. */
function addressOf(text: unknown, base?: string): string | null {
  if (typeof text !== 'string') return null
  const url = URL.parse(text, base)
  return url === null ? null : `${url.origin}${url.pathname}`
}

/**
 * Checks proofs of possession (RFC 9449 section 4.3). The address is compared with the one that the API is known under,
 * its audience: the Host header is the sender's own word. A proof counts once, in this process, for as long as it is fresh.
 */
export function proofCheck({
  now,
  clock,
  token: profile,
}: Pick<StrategyDeps, 'now' | 'clock' | 'token'>): ProofCheck {
  const seen = seenProofs(clock)
  return async (proof, { method, target, bound }) => {
    if (typeof proof !== 'string' || !isCanonicalBase64url(proof.slice(proof.lastIndexOf('.') + 1)))
      return null
    const signed = await signedProof(proof)
    if (signed === null) return null
    const { key, claims } = signed
    const { jti, htm, htu, iat, ath } = claims
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_LENGTH) return null
    if (htm !== method || addressOf(htu) !== addressOf(target, profile.audience)) return null
    const age = typeof iat === 'number' ? now() / 1000 - iat : Number.NaN
    if (!(age <= OLDEST_SECONDS && age >= -AHEAD_SECONDS)) return null
    if (bound !== null && (key !== bound.key || ath !== tokenHash(bound.token))) return null
    return seen.add(`${key}.${jti}`) ? key : null
  }
}

async function signedProof(
  proof: string,
): Promise<{ readonly key: string; readonly claims: Readonly<Record<string, unknown>> } | null> {
  try {
    // It refuses private keys, and what is no key.
    const { payload, protectedHeader } = await compactVerify(proof, EmbeddedJWK, OPTIONS)
    const { typ, crit, jwk } = protectedHeader
    const claims = parseClaims(payload)
    if (typ !== PROOF_TYPE || crit !== undefined || jwk === undefined || claims === null) return null
    return { key: await calculateJwkThumbprint(jwk), claims }
  } catch (error) {
    // A key that is no point of its curve is refused by the platform.
    if (error instanceof errors.JOSEError || error instanceof DOMException) return null
    throw error
  }
}

/** Ids of proofs, each for as long as it might come again. */
export function seenProofs(clock: () => number, most = MAX_IDS) {
  /** Until when; the oldest first. */
  const ids = new Map<string, number>()
  function forgetOld(): void {
    for (const [id, until] of ids) {
      if (until > clock()) return
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
