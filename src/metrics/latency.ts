import type { LoadSample } from '../results/cell.ts'
import { decodeHistogram, type LatencyHistogram } from '../results/histogram.ts'
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
    read({ load, search }) {
      return search === null ? valueAt(histogramOf(load), quantile) : null
    },
  }
}

const valueAt = (histogram: LatencyHistogram, quantile: number): number | null =>
  histogram.totalCount === 0 ? null : histogram.getValueAtPercentile(quantile * 100)

/**
 * Open loop only: from writing the request to its complete response. Latency less service is what the request waited in the client for
 * a free connection, because the server was behind.
 */
export function service(quantile: number): Metric {
  const name = formatQuantile(quantile)
  return {
    ...latency(quantile),
    id: `service.${name.replace('.', '')}`,
    title: `Service time ${name}`,
    read: ({ load: { pacing }, search }) =>
      pacing === null || search !== null ? null : valueAt(decodeHistogram(pacing.serviceHdr), quantile),
  }
}

/**
 * Open loop only: how late the client itself wrote the requests that found a free connection. Compared with a latency it says how much
 * of that is the client's.
 */
export function lag(quantile: number): Metric {
  const name = formatQuantile(quantile)
  return {
    ...latency(quantile),
    id: `lag.${name.replace('.', '')}`,
    title: `Send lag ${name}`,
    compared: false,
    read: ({ load: { pacing }, search }) =>
      pacing === null || search !== null ? null : valueAt(decodeHistogram(pacing.lagHdr), quantile),
  }
}
