import type { Estimate, MetricInfo } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import type { Group } from './group.ts'

interface Ranked {
  readonly strategy: StrategyInfo
  readonly estimate: Estimate
}

/** Two strategies of one metric whose difference the run did or did not show. */
interface Pair {
  readonly first: StrategyInfo
  readonly second: StrategyInfo
}

export interface Ranking {
  readonly metric: MetricInfo
  /** Best first. Every member of a tier is shown to be better than every member of the later ones. */
  readonly tiers: readonly (readonly Ranked[])[]
  /** Within tiers: not shown either way. */
  readonly unshown: readonly Pair[]
}

/**
 * Sorted by estimate, then cut wherever all comparisons across the cut are shown. A single chain of shown
 * neighbours would not do: "shown" is not transitive.
 */
export function rankingOf(
  group: Group,
  metric: MetricInfo,
  strategies: readonly StrategyInfo[] = group.strategies,
): Ranking {
  const direction = metric.better === 'lower' ? 1 : -1
  const ranked = strategies
    .filter(({ id }) => group.isJudged(id))
    .flatMap((strategy): readonly Ranked[] => {
      const estimate = group.estimate(strategy.id, metric.id)
      return estimate === null ? [] : [{ strategy, estimate }]
    })
    .sort((a, b) => direction * (a.estimate.value - b.estimate.value))
  const better = (a: Ranked, b: Ranked) =>
    group.comparison(a.strategy.id, b.strategy.id, metric.id)?.verdict === 'better'
  const tiers: Ranked[][] = []
  for (const [index, item] of ranked.entries()) {
    const last = tiers.at(-1)
    const cut = ranked
      .slice(0, index)
      .every((above) => ranked.slice(index).every((below) => better(above, below)))
    if (last === undefined || cut) tiers.push([item])
    else last.push(item)
  }
  const inside = tiers.flatMap((tier) =>
    tier.flatMap((first, index) => tier.slice(index + 1).map((second) => ({ first, second }))),
  )
  const unshown = inside
    .filter(({ first, second }) => !better(first, second) && !better(second, first))
    .map(({ first, second }) => ({ first: first.strategy, second: second.strategy }))
  return { metric, tiers, unshown }
}

/** Whether every pair of the metric was compared; otherwise a ranking would claim what was not tested. */
function isRankable(group: Group, metric: MetricInfo): boolean {
  const measured = group.strategies.filter(({ id }) => group.estimate(id, metric.id) !== null)
  return (
    measured.length > 1 &&
    measured.every((a, index) =>
      measured.slice(index + 1).every((b) => group.comparison(a.id, b.id, metric.id) !== null),
    )
  )
}

/** What the group is read for first: in a closed loop server CPU, on a shared machine the number to trust. */
export function rankableMetrics(group: Group): readonly MetricInfo[] {
  return group.metrics
    .filter((metric) => isRankable(group, metric))
    .toSorted((a, b) => Number(b.id === group.primary?.id) - Number(a.id === group.primary?.id))
}
