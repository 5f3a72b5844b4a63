import type { Estimate } from '../results/results.ts'
import { medianOfSorted, sorted } from './median.ts'

/**
 * How many values to drop from each end so that what is left covers the median with the given confidence, whatever the
 * distribution; null when even the whole range does not (at 95 %: fewer than 6 values).
 * The number of values below the median is binomial (n, 1/2).
 */
function droppedFromEachEnd(count: number, confidence: number): number | null {
  const tail = (1 - confidence) / 2
  let term = 2 ** -count
  let cumulative = 0
  let dropped = -1
  while (dropped < count && cumulative + term <= tail) {
    cumulative += term
    dropped += 1
    term = (term * (count - dropped)) / (dropped + 1)
  }
  return dropped < 0 ? null : dropped
}

/**
 * Median with its distribution-free order-statistic interval.
 * Source: David, Nagaraja, "Order Statistics", 3rd edition, 2003, section 7.1. Go's benchstat shows the same.
 */
export function medianEstimate(values: readonly number[], confidence = 0.95): Estimate {
  const ordered = sorted(values)
  const dropped = droppedFromEachEnd(values.length, confidence)
  return {
    value: medianOfSorted(ordered),
    low: dropped === null ? null : (ordered[dropped] ?? null),
    high: dropped === null ? null : (ordered[ordered.length - 1 - dropped] ?? null),
    rounds: values.length,
  }
}
