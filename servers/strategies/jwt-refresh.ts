import type { AuthStrategy } from '../contract.ts'
import { drawnSuccessor } from '../refresh/drawn-successor.ts'
import { REFRESHING_TOKEN, refreshingTokens } from '../refresh/refreshing-tokens.ts'

/** @param leewaySeconds for how long a used refresh token still gives its successor, and the same one to everybody */
export const jwtRefresh = ({ leewaySeconds }: { readonly leewaySeconds: number }) =>
  ({
    ...REFRESHING_TOKEN,
    title: leewaySeconds === 0 ? 'JWT + refresh token' : 'JWT + refresh token, leeway',
    summary:
      leewaySeconds === 0
        ? 'Access token checked with fast-jwt alone; each refresh token works once, and a second use ends the family.'
        : `The same, but a refresh token that was used less than ${leewaySeconds} s ago gives its successor again: parallel refreshes log nobody out.`,
    stores:
      leewaySeconds === 0
        ? 'one entry per login, with the hash of its refresh token'
        : 'one entry per login, with the hashes of its refresh token and of the one before',
    open: (deps) => refreshingTokens(deps, (link) => drawnSuccessor(link, leewaySeconds)),
  }) satisfies Omit<AuthStrategy, 'id'>
