import type { AuthStrategy } from '../contract.ts'
import { derivedSuccessor } from '../refresh/derived-successor.ts'
import { REFRESHING_TOKEN, refreshingTokens } from '../refresh/refreshing-tokens.ts'

/** As long as that of `jwt-refresh-leeway`, so that the two differ in one thing. */
const LEEWAY_SECONDS = 10

export const jwtRefreshIdempotent = {
  ...REFRESHING_TOKEN,
  title: 'JWT + refresh token, idempotent',
  summary: `A refresh token that was used less than ${LEEWAY_SECONDS} s ago gives the newest one, however many came between; each follows from the one before and a key, so none is stored.`,
  stores: `one entry per login, with the hashes of its refresh token and of those used in the last ${LEEWAY_SECONDS} s`,
  open: (deps) => refreshingTokens(deps, (link) => derivedSuccessor(link, LEEWAY_SECONDS, deps.keys.A256GCM)),
} satisfies Omit<AuthStrategy, 'id'>
