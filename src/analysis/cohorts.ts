import { requestsFor } from '../metrics/latency.ts'
import { decodeHistogram, type LatencyHistogram, newHistogram } from '../results/histogram.ts'
import type { Results } from '../results/results.ts'
import type { Subject } from './subject.ts'

/** Each kind of request of all rounds in one histogram, never the mean of percentiles. Nothing where all requests are of one kind. */
export function cohortsOf({ strategy, scenario, params, cells }: Subject): Results['cohorts'] {
  const pooled = new Map<string, LatencyHistogram>()
  for (const { load } of cells) {
    for (const [cohort, { latencyHdr }] of Object.entries(load.cohorts)) {
      const known = pooled.get(cohort) ?? newHistogram()
      known.add(decodeHistogram(latencyHdr))
      pooled.set(cohort, known)
    }
  }
  return [...pooled].map(([cohort, histogram]) => ({
    strategy,
    scenario,
    params,
    cohort,
    count: histogram.totalCount,
    p50: valueAt(histogram, 0.5),
    p99: valueAt(histogram, 0.99),
  }))
}

const valueAt = (histogram: LatencyHistogram, quantile: number): number | null =>
  histogram.totalCount < requestsFor(quantile) ? null : histogram.getValueAtPercentile(quantile * 100)
