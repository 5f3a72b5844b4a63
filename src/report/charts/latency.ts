import { type Group, ranked } from '../groups/group.ts'
import { pointText } from '../groups/load-kind.ts'
import type { RangeChart } from '../model.ts'
import { roundsOf } from '../words/phrases.ts'
import { chartRows } from './rows.ts'

const QUANTILES = [
  { metric: 'latency.p50', name: 'p50' },
  { metric: 'latency.p90', name: 'p90' },
  { metric: 'latency.p99', name: 'p99' },
]

/** Lowest median first. */
export function latencyChart(group: Group): RangeChart | null {
  const ordered = ranked(group, group.strategies, ({ id }) => group.estimate(id, 'latency.p50')?.value)
  const rows = chartRows(ordered, ({ id }) => {
    const points = QUANTILES.flatMap(({ metric, name }) => {
      const estimate = group.estimate(id, metric)
      return estimate === null || estimate.value <= 0 ? [] : [{ name, estimate }]
    })
    return points.length === 0 ? null : { points }
  })
  if (rows.length === 0) return null
  return {
    kind: 'ranges',
    id: `latency-${group.id}`,
    title: 'Latency: p50, p90, p99',
    description:
      'Three dots per strategy, from left to right p50, p90 and p99; logarithmic. ' +
      (group.scenario.model === 'closed'
        ? 'Closed loop: mostly queueing behind the other connections.'
        : `From the intended send time, ${pointText(group.kind, group.params)}.`),
    unit: 'us',
    rounds: roundsOf(rows.flatMap(({ points }) => points.map(({ estimate }) => estimate))),
    rows,
  }
}
