import { formatCount } from '../units.ts'
import type { CellCheck } from './check.ts'

/** Code that is not compiled yet costs more; how much more, `drift` says. */
export const warmUp: CellCheck = {
  id: 'warm-up',
  check({ warmup: { requests, wanted, converged } }) {
    return {
      id: 'warm-up',
      value: requests,
      warnLimit: wanted,
      invalidLimit: null,
      outcome: requests >= wanted && converged !== false ? 'ok' : 'warn',
      sentence:
        converged === false
          ? `The cost of a request was still falling after ${formatCount(requests, 'request')} of warm-up (${formatCount(wanted, 'request')} wanted).`
          : `The server was measured after ${formatCount(requests, 'request')} of warm-up (${formatCount(wanted, 'request')} wanted).`,
    }
  },
}
