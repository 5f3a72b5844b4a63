import { DEFAULT_TOKEN_PROFILE } from '../../tokens/default-profile.ts'
import type { Claims } from './forger.ts'

/** What takes the place of each claim: one thing wrong at a time, everything else as it should be. */
export type HostileClaims = Readonly<Record<string, readonly unknown[]>>

export const expiries = (now: number): HostileClaims => ({
  exp: [undefined, now, now - 1, -1, 0, String(now + 60), null, [now + 60], true, {}],
})

/** JSON.parse reads it as Infinity. */
export const endlessPayload = (claims: Claims): string =>
  JSON.stringify(claims).replace(/"exp":("[^"]*"|\d+)/, '"exp":1e999')

export const fromTheFuture = (now: number): HostileClaims => ({
  nbf: [now + 1, now + 3600, String(now), null],
  iat: [now + 1, now + 3600, String(now), null],
})

export const otherParties = (): HostileClaims => ({
  iss: [undefined, 'https://evil.example.test', '', null, [DEFAULT_TOKEN_PROFILE.issuer], 7],
  aud: [undefined, 'https://other.example.test', '', null, [], ['https://other.example.test'], {}, 7],
})

export const noSubject = (): HostileClaims => ({ sub: [undefined, null, 7, ['user']] })

export const noOrigin = (): HostileClaims => ({
  jti: [undefined, null, 7],
  client_id: [undefined, null, 7],
  iat: [undefined],
})

/** Signed as they are, in place of claims. */
export const NO_CLAIMS = ['', 'null', '[]', '7', '"x"', '{', '{}', '\u0000'] as const
