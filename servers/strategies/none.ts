// In this folder: one file for each strategy. This one, the baseline, has no authentication.

import { type AuthStrategy, type Identity, NOBODY } from '../contract.ts'

export const none = {
  title: 'No authentication',
  summary: 'The same routes without any check: the floor that the cost of authentication is measured from.',
  state: 'none',
  revocation: { effect: 'never' },
  family: 'baseline',
  needs: [],
  stores: null,
  roundTrips: 0,
  cache: null,
  refreshes: false,
  exceptions: {},
  library: null,
  async open({ token }) {
    let identity: Identity = { sub: NOBODY, claims: token.claims }
    return {
      issue: () => 'none',
      verify() {
        if (identity.claims !== token.claims) identity = { sub: NOBODY, claims: token.claims }
        return identity
      },
      revoke() {},
      close() {},
    }
  },
} satisfies Omit<AuthStrategy, 'id'>
