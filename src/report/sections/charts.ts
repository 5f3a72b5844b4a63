import type { Results } from '../../results/results.ts'
import { costChart } from '../charts/cost.ts'
import { curveChart } from '../charts/curve.ts'
import { forestChart } from '../charts/forest.ts'
import { headBytesChart } from '../charts/head-bytes.ts'
import { latencyChart } from '../charts/latency.ts'
import { rateChart } from '../charts/rate.ts'
import { roundsChart } from '../charts/rounds.ts'
import { spectrumChart } from '../charts/spectrum.ts'
import { costGroupOf, leadersOf } from '../groups/contenders.ts'
import { firstWorlds, type Group, groupsOf } from '../groups/group.ts'
import { loadCurvesOf } from '../groups/load-curve.ts'
import { rankableMetrics } from '../groups/tiers.ts'
import type { Block, Chart, Section } from '../model.ts'

interface ChartGroup {
  /** Of the scenario and its point. */
  readonly title: string
  readonly charts: readonly Chart[]
}

/** Best metric first; what the cost of authentication is, one group of the run says. */
const forests = (group: Group, isCostGroup: boolean): readonly (Chart | null)[] =>
  rankableMetrics(group)
    .filter(({ id }) => isCostGroup || group.kind === 'closed' || !id.startsWith('cpu.'))
    .map((metric) => forestChart(group, metric))

/** Sizes and counts are the same under every load, so that they are drawn with the cost. */
const chartsOfGroup = (group: Group, isCostGroup: boolean): readonly (Chart | null)[] => [
  ...(isCostGroup || group.kind === 'closed' ? [costChart(group)] : []),
  rateChart(group),
  latencyChart(group),
  ...(isCostGroup || group.kind === 'closed' ? [headBytesChart(group)] : []),
  spectrumChart(group),
  roundsChart(group),
  ...forests(group, isCostGroup),
]

/** All charts of the run, in the order of the report. */
export function chartsOf(results: Results): readonly ChartGroup[] {
  const groups = firstWorlds(groupsOf(results))
  const costGroup = costGroupOf(groups)
  const compared = groups
    .filter(({ scenario }) => scenario.compared)
    .map((group) => ({ title: group.title, charts: chartsOfGroup(group, group === costGroup) }))
  const [first] = groups
  const leaders = first === undefined ? [] : leadersOf(costGroup ?? first)
  const curves = loadCurvesOf(groups).map((curve) => ({
    title: curve.scenario.title,
    charts: [curveChart(curve, leaders)],
  }))
  return [...compared, ...curves].map(({ title, charts }) => ({
    title,
    charts: charts.filter((chart) => chart !== null),
  }))
}

export function chartsSection(results: Results): Section | null {
  const groups = chartsOf(results)
  const blocks = groups.flatMap(({ title, charts }, index): readonly Block[] => {
    const drawn = charts.map((chart) => ({ kind: 'chart' as const, chart }))
    if (charts.length === 0) return []
    if (index > 0) return [{ kind: 'folded', title, open: false, blocks: drawn }]
    return [...(groups.length > 1 ? [{ kind: 'heading' as const, text: title }] : []), ...drawn]
  })
  return blocks.length === 0 ? null : { id: 'charts', title: 'Charts', blocks }
}
