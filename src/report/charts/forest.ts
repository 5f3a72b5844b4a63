import type { MetricInfo } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { againstBaseline, type Group, ranked, subjectsOf } from '../groups/group.ts'
import type { ForestChart } from '../model.ts'
import { bandText, roundsOf } from '../words/phrases.ts'
import { chartRows } from './rows.ts'

/** Best first. Null where nothing can be divided by the baseline. */
export function forestChart(group: Group, metric: MetricInfo): ForestChart | null {
  const direction = metric.better === 'lower' ? 1 : -1
  const badness = ({ id }: StrategyInfo) => {
    const ratio = againstBaseline(group, id, metric.id)?.ratio?.value
    return ratio === undefined ? undefined : direction * ratio
  }
  const rows = chartRows(ranked(group, subjectsOf(group), badness), ({ id }) => {
    const comparison = againstBaseline(group, id, metric.id)
    if (comparison === null || comparison.ratio === null || comparison.ratio.value <= 0) return null
    const shown = comparison.verdict === 'better' || comparison.verdict === 'worse'
    return { ratio: comparison.ratio, shown }
  })
  if (rows.length === 0) return null
  const band = subjectsOf(group)
    .map(({ id }) => againstBaseline(group, id, metric.id)?.band ?? null)
    .find((each) => each !== null)
  const noise = bandText(group.comparisons, metric.id)
  const baseline = group.baseline?.title ?? 'the baseline'
  return {
    kind: 'forest',
    id: `ratio-${metric.id.replace(/[^a-z0-9]+/gi, '-')}-${group.id}`,
    title: `${metric.title} as a ratio`,
    description:
      `Ratio to “${baseline}” with interval; ${metric.better} is better. Filled: difference shown; hollow: not shown.` +
      (noise === null
        ? ''
        : ` Shaded: noise, ${noise}; a difference is shown when its whole interval lies outside.`),
    unit: 'ratio',
    rounds: roundsOf(rows.map(({ ratio }) => ratio)),
    better: metric.better,
    rows,
    band: band === undefined ? null : { low: 1 / band, high: band },
  }
}
