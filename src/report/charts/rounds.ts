import type { Arm } from '../../results/cell.ts'
import { familyTitle, isGrouped } from '../groups/families.ts'
import type { Group } from '../groups/group.ts'
import type { StripChart } from '../model.ts'

const ARMS: Readonly<Record<Arm, string>> = { main: '', twin: ', A/A twin', base: ', base' }

/** Order of measurement against value: what drift, outliers and the A/A twin look like. */
export function roundsChart(group: Group): StripChart | null {
  const { primary } = group
  const metric =
    (group.rounds.some((series) => series.metric === primary?.id) ? primary : null) ??
    group.metrics.find(({ id, exact }) => !exact && group.rounds.some((series) => series.metric === id))
  if (metric === undefined) return null
  const grouped = isGrouped(group.strategies)
  const rows = group.strategies.flatMap((strategy) =>
    group.rounds
      .filter(
        (series) =>
          series.strategy === strategy.id && series.metric === metric.id && series.values.length > 0,
      )
      .map((series) => ({
        label: strategy.title + ARMS[series.arm],
        state: strategy.state,
        ...(grouped ? { group: familyTitle(strategy) } : {}),
        values: series.values.map(({ round, value }) => ({ round, value })).sort((a, b) => a.round - b.round),
      })),
  )
  if (rows.length === 0) return null
  const most = Math.max(...rows.map(({ values }) => values.length))
  return {
    kind: 'strip',
    id: `rounds-${group.id}`,
    title: `${metric.title}, round by round`,
    description:
      'One value per round, in the order measured. A slope is drift; a lone value is an outlier, kept.',
    unit: metric.unit,
    rounds: most === 1 ? '1 round' : `${most} rounds`,
    rows,
  }
}
