import type { LoadSample } from '../cell.ts'
import { decodeHistogram, type LatencyHistogram } from '../histogram.ts'
import { formatQuantile } from '../units.ts'
import type { Metric } from './metric.ts'

/** Beyond a percentile that is reported there are at least this many requests; with fewer it is mostly luck. */
const REQUESTS_BEYOND = 100

const decoded = new WeakMap<LoadSample, LatencyHistogram>()

/** Decoded once per cell; must not be changed. */
export function histogramOf(load: LoadSample): LatencyHistogram {
  const known = decoded.get(load)
  if (known !== undefined) return known
  const histogram = decodeHistogram(load.latencyHdr)
  decoded.set(load, histogram)
  return histogram
}

/** Requests that make a quantile in 0..1 worth reporting. */
export const requestsFor = (quantile: number): number => Math.round(REQUESTS_BEYOND / (1 - quantile))

/** Microseconds, three significant digits: as exact as the histogram is. */
export function latency(quantile: number): Metric {
  const name = formatQuantile(quantile)
  return {
    id: `latency.${name.replace('.', '')}`,
    title: `Latency ${name}`,
    unit: 'us',
    better: 'lower',
    exact: false,
    minimumRequests: requestsFor(quantile),
    read({ load }) {
      const histogram = histogramOf(load)
      return histogram.totalCount === 0 ? null : histogram.getValueAtPercentile(quantile * 100)
    },
  }
}
