import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { Authenticator, MaybePromise } from '../contract.ts'
import type { AccessToken } from './claims.ts'
import { NOT_REVOCABLE } from './logout-exceptions.ts'

/** What every strategy declares whose servers keep nothing. */
export const STATELESS_TOKEN = {
  state: 'stateless',
  revocation: { effect: 'at-expiry' },
  family: 'token',
  needs: [],
  stores: null,
  roundTrips: 0,
  cache: null,
  refreshes: false,
  exceptions: NOT_REVOCABLE,
} satisfies Partial<StrategyInfo>

interface Codec<Token> {
  sign(subject: string): MaybePromise<string>
  /** Null: not a valid access token of this issuer for this audience, at this moment. */
  verify(token: string): Token
}

const NOTHING_TO_DO = { revoke() {}, close() {} } as const

/** An authenticator that is its codec and nothing else. */
export const syncTokens = ({ sign, verify }: Codec<AccessToken | null>): Authenticator => ({
  issue: (subject) => sign(subject),
  verify: (credential) => (credential === undefined ? null : (verify(credential)?.identity ?? null)),
  ...NOTHING_TO_DO,
})

/** The same for a codec that answers later; a request without a credential is not kept waiting. */
export const asyncTokens = ({ sign, verify }: Codec<Promise<AccessToken | null>>): Authenticator => ({
  issue: (subject) => sign(subject),
  async verify(credential) {
    if (credential === undefined) return null
    return (await verify(credential))?.identity ?? null
  },
  ...NOTHING_TO_DO,
})
