import type { StrategyInfo } from '../../results/strategy-info.ts'
import { chosenText } from '../groups/contenders.ts'
import { isGrouped } from '../groups/families.ts'
import { slugOf } from '../groups/group.ts'
import type { LoadCurve } from '../groups/load-curve.ts'
import { formatShare } from '../groups/load-kind.ts'
import type { CurveChart } from '../model.ts'
import { roundsOf } from '../words/phrases.ts'

/**
 * How latency grows with the arrival rate, in the order of the run: nothing is compared across strategies.
 * @param leaders drawn where there is no room for all
 */
export function curveChart(
  { scenario, strategies, points, metric }: LoadCurve,
  leaders: readonly StrategyInfo[],
): CurveChart | null {
  const grouped = isGrouped(strategies)
  const rows = strategies
    .filter((strategy) => !grouped || leaders.includes(strategy))
    .map(({ id, title, state }) => ({
      label: title,
      state,
      points: points
        .flatMap(({ group }) => {
          const [rate, estimate] = [group.estimate(id, 'load.rate'), group.estimate(id, metric.id)]
          return rate === null || estimate === null || !(estimate.value > 0) ? [] : [{ x: rate, estimate }]
        })
        // Where rounds were lost, points are of different rounds, and a higher load can be a lower rate.
        .sort((a, b) => a.x.value - b.x.value),
    }))
    .filter((row) => row.points.length > 1)
  if (rows.length === 0) return null
  const loads = points.map(({ load }) => formatShare(load))
  return {
    kind: 'curve',
    what: 'Latency',
    axis: { title: 'req/s', scale: 'linear' },
    id: slugOf(scenario.id, { of: metric.id }),
    title: `${metric.title} against arrival rate`,
    description:
      `Each strategy at ${loads[0]} to ${loads.at(-1)} of what it serves itself, latency from the intended send time, logarithmic. ` +
      'The further right a line rises, the more one server takes.' +
      (grouped ? ` ${chosenText(rows.length, strategies.length)}` : ''),
    unit: metric.unit,
    rounds: roundsOf(rows.flatMap((row) => row.points.map(({ estimate }) => estimate))),
    rows,
  }
}
