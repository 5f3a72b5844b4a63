import type { MeasuredResults } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'

type Judged = Pick<MeasuredResults, 'probes' | 'strategies'>

/** Strategies that were measured and accept their own credential, in the order of the run. */
export function strategiesWith(results: Judged, state: StrategyInfo['state']): readonly StrategyInfo[] {
  const working = results.probes.filter(({ ownStatus }) => ownStatus === 200).map(({ strategy }) => strategy)
  return results.strategies.filter((strategy) => strategy.state === state && working.includes(strategy.id))
}

/** What a token is compared with: a session that any server can look up and that a logout ends at once. */
export const referenceSession = (results: Judged): StrategyInfo | null =>
  strategiesWith(results, 'stateful').find(
    ({ family, needs, revocation }) =>
      family === 'session' && needs.includes('redis') && revocation.effect === 'immediate',
  ) ?? null
