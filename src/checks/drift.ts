import type { Slice } from '../cell.ts'
import { cpuUs } from '../metrics/cpu.ts'
import { secondsOf } from '../metrics/metric.ts'
import { formatPercent } from '../units.ts'
import { type CellCheck, judged } from './check.ts'
import { LIMITS, MINIMUM_SECONDS } from './limits.ts'

function cost(slices: readonly Slice[]): number {
  const used = slices.reduce((sum, { server }) => sum + cpuUs(server), 0)
  return used / slices.reduce((sum, { requests }) => sum + requests, 0)
}

/** The cost of a request must not change while it is measured: code compiled late, or a collector that falls behind. */
export const drift: CellCheck = {
  id: 'drift',
  check(cell) {
    const { slices } = cell.load
    const half = Math.floor(slices.length / 2)
    if (half === 0 || secondsOf(cell) < MINIMUM_SECONDS) {
      return judged('drift', null, LIMITS.drift, 'The windows are too short to see a drift in them.')
    }
    const change = cost(slices.slice(-half)) / cost(slices.slice(0, half)) - 1
    return judged(
      'drift',
      Math.abs(change),
      LIMITS.drift,
      `Server CPU per request changed by ${formatPercent(change)} from the first half of the slices to the second.`,
    )
  },
}
