import { decodeHistogram } from '../histogram.ts'
import { histogramOf } from '../metrics/latency.ts'
import { formatPercent, formatQuantity } from '../units.ts'
import { type CellCheck, isSearch, judged } from './check.ts'
import { LIMITS, SEND_LAG_SHARE, SEND_LAG_US } from './limits.ts'

/**
 * An open loop is only as good as its clock: the requests have to leave when they are due. A client that is late measures itself; a
 * server that falls behind is not loaded at the rate that the cell is named after.
 */
export const pacing: CellCheck = {
  id: 'pacing',
  check(cell) {
    const { pacing: paced } = cell.load
    if (paced === null || isSearch(cell)) return null
    const missing = paced.arrivals === 0 ? null : Math.max(0, 1 - paced.achievedRate / paced.targetRate)
    const lag = decodeHistogram(paced.lagHdr)
    const lagUs = lag.totalCount === 0 ? 0 : lag.getValueAtPercentile(99)
    const latency = histogramOf(cell.load)
    const allowed =
      latency.totalCount === 0
        ? SEND_LAG_US
        : Math.max(SEND_LAG_US, SEND_LAG_SHARE * latency.getValueAtPercentile(99))
    const check = judged(
      'pacing',
      missing,
      LIMITS.pacing,
      `${formatPercent(1 - (missing ?? 0))} of the wanted rate was sent; 99 of 100 requests that found a free connection left within ${formatQuantity(lagUs, 'us')} of their time, and ${formatPercent(paced.arrivals === 0 ? 0 : paced.queued / paced.arrivals)} found none.`,
    )
    return check.outcome === 'ok' && lagUs > allowed ? { ...check, outcome: 'warn' } : check
  },
}
