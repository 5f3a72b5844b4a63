// In this folder: how servers learn that a token is revoked. There are ids in Redis, a feed, a Bloom filter and status lists.

import { newTokenId } from '../tokens/claims.ts'

/** A token that is not to be accepted any more. */
export interface Revocation {
  readonly tokenId: string
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** Of issuer and token id, never of the token's text: one token can have several spellings. */
export const revokedKey = (issuer: string, tokenId: string): string => `revoked:${issuer}:${tokenId}`

/** What is revoked is remembered this much longer than its tokens live: on a server whose clock is behind they live longer. */
export const CLOCK_MARGIN_SECONDS = 60

/** How long an entry has to stay. Rounded up: it must not go before the token does. */
export const secondsLeft = ({ expiresAt }: Revocation, nowMs: number): number =>
  Math.ceil(expiresAt - nowMs / 1000) + CLOCK_MARGIN_SECONDS

export const NO_LOGOUT_EVERYWHERE = {
  reason: 'what is revoked is one token: nothing is kept that says which other tokens the subject has',
  cases: ['ends every credential of the subject at a logout everywhere, and none of others'],
} as const

/** Tokens of other principals, revoked as soon as they were issued. */
export function* otherRevocations(entries: number, expiresAt: number): Generator<Revocation> {
  for (let entry = 0; entry < entries; entry++) yield { tokenId: newTokenId(), expiresAt }
}
