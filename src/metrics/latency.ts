import type { LoadSample } from '../cell.ts'
import { decodeHistogram, type LatencyHistogram } from '../histogram.ts'
import { formatQuantile } from '../units.ts'
import type { Metric } from './metric.ts'

/** Beyond a percentile of all rounds pooled, which is shown without an interval. */
const REQUESTS_BEYOND = 100

/**
 * Beyond a percentile of one round. Fewer than in a pool, because the round's percentile is one observation of several: how far
 * so few requests let it stray, the interval over the rounds shows. Below it a round's percentile depends on single requests.
 */
const REQUESTS_BEYOND_IN_A_ROUND = 30

const requestsBeyond = (quantile: number, beyond: number): number => Math.round(beyond / (1 - quantile))

const decoded = new WeakMap<LoadSample, LatencyHistogram>()

/** Decoded once per cell; must not be changed. */
export function histogramOf(load: LoadSample): LatencyHistogram {
  const known = decoded.get(load)
  if (known !== undefined) return known
  const histogram = decodeHistogram(load.latencyHdr)
  decoded.set(load, histogram)
  return histogram
}

/** Requests of all rounds together that make a quantile in 0..1 worth drawing. */
export const requestsFor = (quantile: number): number => requestsBeyond(quantile, REQUESTS_BEYOND)

/** Microseconds, three significant digits: as exact as the histogram is. */
export function latency(quantile: number): Metric {
  const name = formatQuantile(quantile)
  return {
    id: `latency.${name.replace('.', '')}`,
    title: `Latency ${name}`,
    unit: 'us',
    better: 'lower',
    exact: false,
    minimumRequests: requestsBeyond(quantile, REQUESTS_BEYOND_IN_A_ROUND),
    read({ load }) {
      const histogram = histogramOf(load)
      return histogram.totalCount === 0 ? null : histogram.getValueAtPercentile(quantile * 100)
    },
  }
}
