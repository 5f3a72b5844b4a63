import { secondsOf } from '../metrics/metric.ts'
import { formatCount, formatDuration, formatPercent } from '../units.ts'
import { type CellCheck, judged } from './check.ts'
import { LIMITS } from './limits.ts'

/** A CPU quota stops every process of its group until the next period begins. Not where no group has one that can be seen. */
export const throttling: CellCheck = {
  id: 'throttling',
  ofTime: true,
  check(cell) {
    const counted = cell.load.slices.flatMap(({ throttled }) => throttled ?? [])
    if (counted.length === 0) return null
    const stops = counted.reduce((sum, slice) => sum + slice.stops, 0)
    const stoppedUs = counted.reduce((sum, slice) => sum + slice.stoppedUs, 0)
    const seconds = secondsOf(cell)
    const share = stoppedUs / 1e6 / seconds
    return judged(
      'throttling',
      share,
      LIMITS.throttling,
      stops === 0 && stoppedUs === 0
        ? 'No CPU quota stopped the processes.'
        : `A CPU quota of the container stopped processes ${formatCount(stops, 'time')} in ${formatDuration(seconds * 1000)}, for ${formatPercent(share)} of it, summed over processors.`,
    )
  },
}
