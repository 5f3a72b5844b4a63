import { isMeasuredIn } from '../plan/rounds.ts'
import type { Results } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import type { Point } from './subject.ts'

interface Entrants {
  /** Of the run, those that the scenario applies to. */
  readonly strategies: readonly StrategyInfo[]
  /** What the others are compared with: the one without authentication, or the first where there is none. */
  readonly baseline: string | undefined
}

export function entrantsOf(
  { scenario }: Point,
  { strategies: all, scenarios }: Pick<Results, 'strategies' | 'scenarios'>,
): Entrants {
  const info = scenarios.find(({ id }) => id === scenario) ?? {}
  const strategies = all.filter(({ id }) => isMeasuredIn(info, id))
  return { strategies, baseline: (strategies.find(({ state }) => state === 'none') ?? strategies[0])?.id }
}
