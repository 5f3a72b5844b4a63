import { type Group, ranked } from '../group.ts'
import type { BarChart } from '../model.ts'
import { roundsOf } from '../wording.ts'

export function throughputChart(group: Group): BarChart | null {
  const metric = group.metrics.find(({ id }) => id === 'throughput')
  if (metric === undefined) return null
  const rows = ranked(
    group,
    group.strategies,
    ({ id }) => -(group.estimate(id, metric.id)?.value ?? 0),
  ).flatMap(({ id, title, state }) => {
    const estimate = group.estimate(id, metric.id)
    return estimate === null ? [] : [{ label: title, state, segments: [{ name: metric.title, estimate }] }]
  })
  if (rows.length === 0) return null
  const closed = group.scenario.model === 'closed'
  return {
    kind: 'bars',
    id: `throughput-${group.id}`,
    title: 'Throughput',
    description: closed
      ? 'Successful requests per second of one server when the clients send as fast as it answers.'
      : 'Successful requests per second at the arrival rate of the scenario.',
    unit: metric.unit,
    rounds: roundsOf(rows.flatMap(({ segments }) => segments.map(({ estimate }) => estimate))),
    signed: false,
    rows,
    references: [],
  }
}
