import type { Comparison } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { firstOfFamilies } from './families.ts'
import { againstBaseline, type Group, ranked, subjectsOf } from './group.ts'

export const COST = 'cpu.server'

/**
 * The strategies that a decision is between; null where the run has none of the kind. None of them has a cache: how often that
 * spares the work depends on the load.
 */
export interface Contenders {
  /** A session that several servers share and that a logout ends at once. */
  readonly session: StrategyInfo | null
  readonly token: StrategyInfo | null
  /** A session that servers elsewhere do not know. */
  readonly local: StrategyInfo | null
}

/** How far the sessions reach; null where every server can know them. */
export function reachOf({ family, needs }: StrategyInfo): string | null {
  if (family !== 'session' || needs.includes('redis')) return null
  return needs.includes('memory') ? 'one process' : 'one machine'
}

/** What the strategy adds to the server; null where that was not judged. */
export function costOf(group: Group, { id }: StrategyInfo): Comparison | null {
  const comparison = againstBaseline(group, id, COST)
  return comparison === null || comparison.verdict === 'not judged' ? null : comparison
}

/** Where the run says what authentication costs: in a closed loop, or where there is none, under the same arrivals for all. */
export const costGroupOf = (groups: readonly Group[]): Group | null =>
  groups.find(({ kind }) => kind === 'closed') ??
  groups.find(({ kind, metrics }) => kind === 'same rate' && metrics.some(({ id }) => id === COST)) ??
  null

/** The best of each kind: the cheapest by server CPU, or by what the group is read for where costs were not compared. */
export function contendersOf(group: Group): Contenders {
  const badness = (strategy: StrategyInfo): number | null => {
    if (group.baseline !== null && group.metrics.some(({ id }) => id === COST))
      return costOf(group, strategy)?.difference.value ?? null
    const estimate = group.primary === null ? null : group.estimate(strategy.id, group.primary.id)
    if (estimate === null) return null
    return group.primary?.better === 'higher' ? -estimate.value : estimate.value
  }
  const best = (wanted: (strategy: StrategyInfo) => boolean): StrategyInfo | null =>
    subjectsOf(group)
      .filter(wanted)
      .flatMap((strategy) => {
        const value = badness(strategy)
        return value === null ? [] : [{ strategy, value }]
      })
      .toSorted((a, b) => a.value - b.value)[0]?.strategy ?? null
  return {
    session: best((strategy) => isPlainSession(strategy) && reachOf(strategy) === null),
    token: best(({ family, state, cache }) => family === 'token' && state === 'stateless' && cache === null),
    local: best((strategy) => isPlainSession(strategy) && reachOf(strategy) !== null),
  }
}

const isPlainSession = ({ family, revocation, cache }: StrategyInfo): boolean =>
  family === 'session' && revocation.effect === 'immediate' && cache === null

/** Best first in what the group is read for, the baseline at the top; many of them inside of their families. */
export const decisionOrder = (group: Group): readonly StrategyInfo[] =>
  ranked(group, group.strategies, ({ id }) => {
    if (id === group.baseline?.id) return Number.NEGATIVE_INFINITY
    if (group.kind === 'closed') return againstBaseline(group, id, COST)?.difference.value
    const value = group.primary === null ? undefined : group.estimate(id, group.primary.id)?.value
    return value !== undefined && group.primary?.better === 'higher' ? -value : value
  })

/** For what cannot show many: the first of each family in that order, and what the answer is about. */
export function leadersOf(group: Group): readonly StrategyInfo[] {
  const { session, token, local } = contendersOf(group)
  const ordered = decisionOrder(group)
  const first = firstOfFamilies(ordered)
  return ordered.filter((strategy) => [...first, session, token, local].includes(strategy))
}

/** Said of a chart that draws only the leaders. */
export const chosenText = (drawn: number, all: number): string =>
  `Drawn: the first of each family in the decision table, and who the answer is about; ${all - drawn} more are in results.json.`
