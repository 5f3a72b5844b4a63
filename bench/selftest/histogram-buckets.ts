import { JsHistogram } from 'hdr-histogram-js'
import { decodeHistogram, type LatencyHistogram } from '../../src/results/histogram.ts'

/** Counts by the upper end of their bucket, in microseconds. */
export type Buckets = ReadonlyMap<number, number>

export function bucketsOf(histogram: LatencyHistogram): Buckets {
  if (!(histogram instanceof JsHistogram)) throw new Error('this kind of histogram does not show its buckets')
  const buckets = new Map<number, number>()
  const { recordedValuesIterator: recorded } = histogram
  recorded.reset()
  while (recorded.hasNext()) {
    const { valueIteratedTo, countAtValueIteratedTo } = recorded.next()
    buckets.set(valueIteratedTo, countAtValueIteratedTo)
  }
  return buckets
}

/** The sum, made without the library's own way of adding histograms. */
export function sumOf(all: readonly Buckets[]): Buckets {
  const sum = new Map<number, number>()
  for (const buckets of all) {
    for (const [value, count] of buckets) sum.set(value, (sum.get(value) ?? 0) + count)
  }
  return sum
}

/** Buckets whose counts are not the same. */
export const differing = (one: Buckets, other: Buckets): number =>
  [...new Set([...one.keys(), ...other.keys()])].filter((value) => one.get(value) !== other.get(value)).length

/** Microseconds; not a number where nothing was recorded. */
export function quantileOf(encoded: string, quantile: number): number {
  const histogram = decodeHistogram(encoded)
  return histogram.totalCount === 0 ? Number.NaN : histogram.getValueAtPercentile(quantile * 100)
}
