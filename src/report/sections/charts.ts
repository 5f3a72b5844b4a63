import type { Results } from '../../results.ts'
import { costChart } from '../charts/cost.ts'
import { forestChart } from '../charts/forest.ts'
import { headBytesChart } from '../charts/head-bytes.ts'
import { latencyChart } from '../charts/latency.ts'
import { roundsChart } from '../charts/rounds.ts'
import { spectrumChart } from '../charts/spectrum.ts'
import { throughputChart } from '../charts/throughput.ts'
import { type Group, groupsOf } from '../group.ts'
import type { Block, Chart, Section } from '../model.ts'
import { rankableMetrics } from '../tiers.ts'

const forests = (group: Group): readonly (Chart | null)[] =>
  rankableMetrics(group).map((metric) => forestChart(group, metric))

/** All charts of the run, in the order of the report. */
export function chartsOf(
  results: Results,
): readonly { readonly group: Group; readonly charts: readonly Chart[] }[] {
  return groupsOf(results).map((group) => ({
    group,
    charts: [
      costChart(group),
      throughputChart(group),
      latencyChart(group),
      headBytesChart(group),
      spectrumChart(group),
      roundsChart(group),
      ...forests(group),
    ].filter((chart) => chart !== null),
  }))
}

export function chartsSection(results: Results): Section | null {
  const groups = chartsOf(results)
  const blocks = groups.flatMap(({ group, charts }): readonly Block[] => [
    ...(groups.length > 1 && charts.length > 0 ? [{ kind: 'heading' as const, text: group.title }] : []),
    ...charts.map((chart) => ({ kind: 'chart' as const, chart })),
  ])
  return blocks.length === 0 ? null : { id: 'charts', title: 'Charts', blocks }
}
