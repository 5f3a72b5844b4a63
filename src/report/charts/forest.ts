import type { MetricInfo, Results } from '../../results.ts'
import { formatChange } from '../../units.ts'
import { againstBaseline, type Group, ranked, subjectsOf } from '../group.ts'
import type { ForestChart } from '../model.ts'
import { roundsOf } from '../wording.ts'

/** Best first. Null where nothing can be divided by the baseline. */
export function forestChart(group: Group, metric: MetricInfo, noise: Results['noise']): ForestChart | null {
  const rows = subjectsOf(group).flatMap(({ id, title, state }) => {
    const comparison = againstBaseline(group, id, metric.id)
    if (comparison === null || comparison.ratio === null || comparison.ratio.value <= 0) return []
    const shown = comparison.verdict === 'better' || comparison.verdict === 'worse'
    return [{ label: title, state, ratio: comparison.ratio, shown }]
  })
  if (rows.length === 0) return null
  const floor = noise[metric.id]
  const baseline = group.baseline?.title ?? 'the baseline'
  return {
    kind: 'forest',
    id: `ratio-${metric.id.replace(/[^a-z0-9]+/gi, '-')}-${group.id}`,
    title: `${metric.title} as a ratio`,
    description:
      `Ratio to “${baseline}” with interval; ${metric.better} is better. Filled: difference shown; hollow: not shown.` +
      (floor === undefined ? '' : ` Shaded: A/A noise, ${formatChange(floor)}.`),
    unit: 'ratio',
    rounds: roundsOf(rows.map(({ ratio }) => ratio)),
    better: metric.better,
    rows: ranked(group, rows, ({ ratio }) => (metric.better === 'lower' ? 1 : -1) * ratio.value),
    band:
      floor === undefined || floor.low === null || floor.high === null
        ? null
        : { low: floor.low, high: floor.high },
  }
}
