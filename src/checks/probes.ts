import type { Check } from '../results/cell.ts'
import type { CellCheck } from './check.ts'

function expected(id: string, what: string, seen: number, want: number): Check {
  return {
    id,
    value: seen,
    warnLimit: null,
    invalidLimit: null,
    outcome: seen === want ? 'ok' : 'invalid',
    sentence: `A request ${what} was answered with ${seen}; ${want} is right.`,
  }
}

/** The server accepts what it issued. */
export const ownCredential: CellCheck = {
  id: 'own-credential',
  check: ({ probe: { ownStatus } }) => expected('own-credential', 'with an own credential', ownStatus, 200),
}

/** The server protects the route: one that lets everybody in saves the work that is to be measured. */
export const noCredential: CellCheck = {
  id: 'no-credential',
  check({ probe: { anonymousStatus } }, { state }) {
    // How others refuse is their own affair: 403, or a redirection to a login page.
    if (state === 'unknown' && anonymousStatus >= 300) return null
    return expected('no-credential', 'without a credential', anonymousStatus, state === 'none' ? 200 : 401)
  },
}
