import type { Comparison } from '../results.ts'
import type { StrategyInfo } from '../strategy-info.ts'
import { againstBaseline, type Group, subjectsOf } from './group.ts'

export const COST = 'cpu.server'

/** The strategies that a decision is between; null where the run has none of the kind. */
export interface Contenders {
  /** A session that several servers share. */
  readonly session: StrategyInfo | null
  readonly token: StrategyInfo | null
  /** A session of one process. */
  readonly local: StrategyInfo | null
}

export const isLocal = ({ needs }: StrategyInfo): boolean => needs.includes('memory')

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
    session: best((strategy) => strategy.state === 'stateful' && !isLocal(strategy)),
    token: best(({ state }) => state === 'stateless'),
    local: best((strategy) => strategy.state === 'stateful' && isLocal(strategy)),
  }
}
