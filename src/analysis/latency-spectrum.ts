import { histogramOf, requestsFor } from '../metrics/latency.ts'
import { type LatencyHistogram, mergeHistograms, newHistogram } from '../results/histogram.ts'
import type { Results } from '../results/results.ts'
import type { Subject } from './subject.ts'

const QUANTILES = [
  0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999,
  0.9995, 0.9998, 0.9999, 0.99995, 0.99998, 0.99999,
] as const

/** All rounds in one histogram, as far out as it has at least 100 requests beyond; null where it has fewer at all. */
export function spectrumOf({
  strategy,
  scenario,
  params,
  cells,
}: Subject): Results['spectra'][number] | null {
  const merged = newHistogram()
  // The trials of a search are at many rates: their latencies are no distribution of anything.
  for (const { load, search } of cells) if (search === null) merged.add(histogramOf(load))
  const count = merged.totalCount
  const points = pointsOf(merged)
  if (points.length === 0) return null
  const paced = cells.flatMap(({ load: { pacing }, search }) => (search === null ? (pacing ?? []) : []))
  const service = pointsOf(mergeHistograms(paced.map(({ serviceHdr }) => serviceHdr)))
  return { strategy, scenario, params, count, points, ...(service.length === 0 ? {} : { service }) }
}

const pointsOf = (histogram: LatencyHistogram): { quantile: number; us: number }[] =>
  QUANTILES.filter((quantile) => histogram.totalCount >= requestsFor(quantile)).map((quantile) => ({
    quantile,
    us: histogram.getValueAtPercentile(quantile * 100),
  }))
