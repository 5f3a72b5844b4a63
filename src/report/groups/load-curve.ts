import type { MetricInfo, ScenarioInfo } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { enumerateSome } from '../../units.ts'
import type { Group } from './group.ts'
import { formatShare, loadOf, tailOf } from './load-kind.ts'

interface LoadPoint {
  /** Share of what the strategy serves itself, 0..1. */
  readonly load: number
  readonly group: Group
}

/** The points of a scenario that loads each strategy in proportion to what it serves itself. */
export interface LoadCurve {
  readonly scenario: ScenarioInfo
  /** Lowest load first. */
  readonly points: readonly LoadPoint[]
  readonly strategies: readonly StrategyInfo[]
  /** The furthest percentile of latency that every strategy has at every point. */
  readonly metric: MetricInfo
}

export function loadCurvesOf(groups: readonly Group[]): readonly LoadCurve[] {
  const byScenario = Map.groupBy(
    groups.filter(({ kind }) => kind === 'own rate'),
    ({ scenario }) => scenario.id,
  )
  return [...byScenario.values()].flatMap((ofScenario): readonly LoadCurve[] => {
    const points = ofScenario
      .flatMap((group) => {
        const load = loadOf(group.params)
        return load === null ? [] : [{ load, group }]
      })
      .sort((a, b) => a.load - b.load)
    const strategies = [
      ...new Map(points.flatMap(({ group }) => group.strategies.map((each) => [each.id, each]))),
    ].map(([, strategy]) => strategy)
    const tail = tailOf(strategies, ({ id }, metric) =>
      points.every(({ group }) => group.estimate(id, metric) !== null),
    )
    const [first] = points
    const metric = first?.group.metrics.find(({ id }) => id === tail)
    if (first === undefined || metric === undefined) return []
    return [{ scenario: first.group.scenario, points, strategies, metric }]
  })
}

const NAMED_AT_MOST = 4
const DOUBLED = 2

/** The highest load up to which the tail stays within twice what it is at the lowest; null where that was not measured. */
function kneeOf({ points, metric }: LoadCurve, { id }: StrategyInfo): number | null {
  const values = points.flatMap(({ load, group }) => {
    const estimate = group.estimate(id, metric.id)
    return estimate === null ? [] : [{ load, value: estimate.value }]
  })
  const [lowest] = values
  if (lowest === undefined || values.length < points.length) return null
  const beyond = values.findIndex(({ value }) => value > DOUBLED * lowest.value)
  return (beyond === -1 ? values.at(-1) : values[beyond - 1])?.load ?? null
}

/** Where waiting doubles, in one sentence; null where a curve has too few points to tell. */
export function kneeSentence(curve: LoadCurve): string | null {
  const [lowest, highest] = [curve.points[0]?.load, curve.points.at(-1)?.load]
  if (lowest === undefined || highest === undefined || curve.points.length < 3) return null
  const knees = Map.groupBy(
    curve.strategies.flatMap((strategy) => {
      const load = kneeOf(curve, strategy)
      return load === null ? [] : [{ load, title: strategy.title }]
    }),
    ({ load }) => load,
  )
  const parts = [...knees]
    .sort(([a], [b]) => b - a)
    .map(([load, strategies]) => {
      const titles = strategies.map(({ title }) => title)
      const names =
        titles.length === curve.strategies.length && titles.length > 1
          ? `all ${titles.length} strategies`
          : enumerateSome(titles, NAMED_AT_MOST)
      return `up to ${formatShare(load)}${load === highest ? ', the highest load tried,' : ''} with ${names}`
    })
  if (parts.length === 0) return null
  const name = curve.metric.title.replace(/^\w+ /, '')
  return `With load as a share of what each strategy serves itself, the estimate of ${name} stays within twice its value at ${formatShare(lowest)} ${parts.join('; ')}.`
}
