import { type Group, ranked } from '../groups/group.ts'
import type { BarChart } from '../model.ts'
import { throughputTitle } from '../words/chart-titles.ts'
import { roundsOf } from '../words/phrases.ts'
import { chartRows } from './rows.ts'

const RATES: Readonly<Record<string, { readonly id: string; readonly description: string }>> = {
  throughput: {
    id: 'throughput',
    description: 'Successful requests per second of one server when the clients send as fast as it answers.',
  },
  'slo.rate': {
    id: 'rate',
    description:
      'Requests per second that one server takes before p99, from the intended send time, breaks the limit.',
  },
}

/** Requests per second: in a closed loop, or found by a search for the highest rate. Highest first. */
export function rateChart(group: Group): BarChart | null {
  const metric = group.metrics.find(({ id }) => id in RATES)
  const about = RATES[metric?.id ?? '']
  if (metric === undefined || about === undefined) return null
  const ordered = ranked(group, group.strategies, ({ id }) => -(group.estimate(id, metric.id)?.value ?? 0))
  const rows = chartRows(ordered, ({ id }) => {
    const estimate = group.estimate(id, metric.id)
    return estimate === null ? null : { segments: [{ name: metric.title, estimate }] }
  })
  if (rows.length === 0) return null
  return {
    kind: 'bars',
    id: `${about.id}-${group.id}`,
    title: throughputTitle(group, metric),
    description: about.description,
    unit: metric.unit,
    rounds: roundsOf(rows.flatMap(({ segments }) => segments.map(({ estimate }) => estimate))),
    signed: false,
    rows,
    references: [],
  }
}
