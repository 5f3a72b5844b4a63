import { usedUs } from '../metrics/cpu.ts'
import { secondsOf, type Windows } from '../metrics/metric.ts'
import type { Slice } from '../results/cell.ts'
import { medianOf } from '../stats/median.ts'
import { formatPercent } from '../units.ts'
import { type CellCheck, isSearch, judged } from './check.ts'
import { LIMITS, MINIMUM_SECONDS } from './limits.ts'

function cost(slices: readonly Slice[]): number {
  const used = usedUs(slices) ?? Number.NaN
  return used / slices.reduce((sum, { requests }) => sum + requests, 0)
}

/** Cost of a request in the second half of the slices over that in the first; null where the windows are too short to tell. */
function driftOf(cell: Windows): number | null {
  const { slices } = cell.load
  const half = Math.floor(slices.length / 2)
  if (half === 0 || secondsOf(cell) < MINIMUM_SECONDS) return null
  const drift = cost(slices.slice(-half)) / cost(slices.slice(0, half))
  return Number.isFinite(drift) ? drift : null
}

/** Fewer cannot tell the machine's drift from their own. */
const MINIMUM_CELLS = 3

/**
 * What all cells of a round share is the machine: its clock, its neighbours. The slices alternate, so it cancels in every
 * comparison, and only what a cell has beyond it is its own: code that is still being compiled. 1 where too few cells tell.
 */
export function commonDrift(cells: readonly Windows[]): number {
  const drifts = cells.flatMap((cell) => driftOf(cell) ?? [])
  return drifts.length < MINIMUM_CELLS ? 1 : medianOf(drifts)
}

/** The cost of a request must not change while it is measured: code compiled late, or a collector that falls behind. */
export const drift: CellCheck = {
  id: 'drift',
  ofTime: true,
  check(cell, _strategy, roundDrift) {
    if (isSearch(cell)) return null
    const own = driftOf(cell)
    if (own === null) {
      return judged('drift', null, LIMITS.drift, 'The windows are too short to see a drift in them.')
    }
    const change = own / roundDrift - 1
    return judged(
      'drift',
      Math.abs(change),
      LIMITS.drift,
      `Server CPU per request changed by ${formatPercent(change)} from the first half of the windows to the second, beyond what all servers of the round share.`,
    )
  },
}
