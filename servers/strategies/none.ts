// In this folder: one file for each strategy. This one, the baseline, has no authentication.

import type { AuthStrategy } from '../contract.ts'

/** As long as the subjects of a run, so that its replies weigh the same. */
const SUBJECT = 'user-0000000'

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
    const identity = { sub: SUBJECT, claims: token.claims }
    return {
      issue: () => 'none',
      verify: () => identity,
      revoke() {},
      close() {},
    }
  },
} satisfies Omit<AuthStrategy, 'id'>
