import { formatCount, formatList } from '../units.ts'
import { type CellCheck, judged } from './check.ts'
import { LIMITS } from './limits.ts'

/** The report says on which core the server ran: then it has to have been there. */
export const placement: CellCheck = {
  id: 'placement',
  ofTime: true,
  check({ load: { slices } }) {
    const elsewhere = slices.filter(({ displaced }) => displaced !== undefined)
    if (elsewhere.length === 0) return null
    const who = formatList([...new Set(elsewhere.flatMap(({ displaced }) => displaced ?? []))])
    return judged(
      'placement',
      elsewhere.length,
      LIMITS.failures,
      `In ${formatCount(elsewhere.length, 'window')} the ${who} could run on other cores than planned: somebody changed the cpuset, or the system refused to pin.`,
    )
  },
}
