import { histogramOf } from '../metrics/latency.ts'
import type { Check } from '../results/cell.ts'
import { decodeHistogram, type LatencyHistogram } from '../results/histogram.ts'
import { formatPercent, formatQuantity } from '../units.ts'
import { type CellCheck, isSearch, judged } from './check.ts'
import { LIMITS, SEND_LAG_SHARE, SEND_LAG_US } from './limits.ts'

/** Some trials of a search are meant to be missed, but by the server: a rate that the client was too late for is the client's. */
function lateSearch(lagHdr: string): Check {
  const lagUs = p99Of(decodeHistogram(lagHdr))
  const late = lagUs > SEND_LAG_US
  return {
    id: 'pacing',
    value: null,
    warnLimit: null,
    invalidLimit: null,
    outcome: late ? 'warn' : 'ok',
    sentence: `99 of 100 requests of the search that found a free connection left within ${formatQuantity(lagUs, 'us')} of their time${late ? ': the rate that was found may be the limit of the load generator' : ''}.`,
  }
}

/** How late 99 of 100 requests that found a free connection may be: microseconds. */
export const allowedLagUs = (latency: LatencyHistogram): number =>
  Math.max(SEND_LAG_US, SEND_LAG_SHARE * p99Of(latency))

export const p99Of = (histogram: LatencyHistogram): number =>
  histogram.totalCount === 0 ? 0 : histogram.getValueAtPercentile(99)

/**
 * An open loop is only as good as its clock: the requests have to leave when they are due. A client that is late measures itself; a
 * server that falls behind is not loaded at the rate that the cell is named after.
 */
export const pacing: CellCheck = {
  id: 'pacing',
  ofTime: true,
  check(cell) {
    const { pacing: paced } = cell.load
    if (paced === null) return null
    if (isSearch(cell)) return lateSearch(paced.lagHdr)
    const missing = paced.arrivals === 0 ? null : Math.max(0, 1 - paced.achievedRate / paced.targetRate)
    const lagUs = p99Of(decodeHistogram(paced.lagHdr))
    const check = judged(
      'pacing',
      missing,
      LIMITS.pacing,
      `${formatPercent(1 - (missing ?? 0))} of the wanted rate was sent; 99 of 100 requests that found a free connection left within ${formatQuantity(lagUs, 'us')} of their time, and ${formatPercent(paced.arrivals === 0 ? 0 : paced.queued / paced.arrivals)} found none.`,
    )
    return check.outcome === 'ok' && lagUs > allowedLagUs(histogramOf(cell.load))
      ? { ...check, outcome: 'warn' }
      : check
  },
}
