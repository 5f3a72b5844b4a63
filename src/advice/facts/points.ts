import { keyOf, type Point } from '../../analysis/subject.ts'
import type { Results } from '../../results/results.ts'

/** Scenarios in which every strategy answers protected reads of the same kind. The first that was measured says what one costs. */
const READS: readonly string[] = ['verify', 'iso-load']

export const sameAs =
  (point: Point) =>
  (other: Point): boolean =>
    keyOf(point) === keyOf(other)

const pointsWith = (results: Results, scenario: string, metric: string): readonly Point[] => [
  ...new Map(
    results.summary
      .filter((each) => each.scenario === scenario && each.metric === metric)
      .map((each) => [keyOf(each), { scenario, params: each.params }]),
  ).values(),
]

/** Where the run says what a request costs; null: nowhere. */
export const readingPointOf = (results: Results): Point | null =>
  READS.flatMap((scenario) => pointsWith(results, scenario, 'cpu.server'))[0] ?? null

/** Where the run says how long a request takes: under the same arrivals for all where that was measured, the least load first. */
export function latencyPointOf(results: Results): Point | null {
  const load = ({ params }: Point) => (typeof params.load === 'number' ? params.load : 1)
  const [open] = pointsWith(results, 'iso-load', 'latency.p50').toSorted((a, b) => load(a) - load(b))
  return open ?? pointsWith(results, 'verify', 'latency.p50')[0] ?? null
}
