import { formatBytes, formatCount } from '../units.ts'
import { type CellCheck, judged } from './check.ts'
import { LIMITS, MINIMUM_GROWTH_BYTES } from './limits.ts'

/**
 * What every request leaves behind. Code that is compiled and a heap that finds its size grow too, but not with each request, so that
 * growth counts only from a size on that these do not reach.
 */
export const memory: CellCheck = {
  id: 'memory',
  check({ load: { slices } }) {
    const [first] = slices
    const last = slices.at(-1)
    if (first?.rssBytes == null || last?.rssBytes == null) return null
    const growth = Math.max(0, last.rssBytes - first.rssBytes)
    const requests = slices.slice(1).reduce((sum, slice) => sum + slice.requests + (slice.leadIn ?? 0), 0)
    const each = growth < MINIMUM_GROWTH_BYTES || requests === 0 ? 0 : growth / requests
    return judged(
      'memory',
      each,
      LIMITS.memory,
      `The server's memory grew by ${formatBytes(growth)} over ${formatCount(requests, 'request')}.`,
    )
  },
}
