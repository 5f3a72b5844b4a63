import { formatCount } from '../units.ts'
import type { CellCheck } from './check.ts'

/** Code that is not compiled yet costs more; how much more, `drift` says. */
export const warmUp: CellCheck = {
  id: 'warm-up',
  check({ warmup: { requests, wanted } }) {
    return {
      id: 'warm-up',
      value: requests,
      warnLimit: wanted,
      invalidLimit: null,
      outcome: requests >= wanted ? 'ok' : 'warn',
      sentence: `The server was measured after ${formatCount(requests, 'request')} of warm-up; ${formatCount(wanted, 'request')} were wanted.`,
    }
  },
}
