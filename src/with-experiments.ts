import { judgeClaims } from './claims/registry.ts'
import type { ExperimentResult } from './results/experiment.ts'
import type { Results } from './results/results.ts'
import type { StrategyInfo } from './results/strategy-info.ts'

export interface Tried {
  readonly experiments: readonly ExperimentResult[]
  /** Those that they started; absent: as in the results. */
  readonly strategies?: readonly StrategyInfo[]
  /** Fewer than planned, or one of them not to its end. */
  readonly partial: boolean
  readonly finishedAt: Date
}

const EARLY = 'The experiments did not come to their end; what they observed by then is analysed.'

/** With what the experiments of the run found, and what the claims make of it. */
export function withExperiments(
  results: Results,
  { experiments, strategies = [], partial, finishedAt }: Tried,
): Results {
  const { run, validity } = results
  const tried = strategies.filter(({ id }) => !results.strategies.some((loaded) => loaded.id === id))
  const known: Results = {
    ...results,
    run: { ...run, partial: run.partial || partial, finishedAt: finishedAt.toISOString() },
    validity: !partial
      ? validity
      : {
          ...validity,
          verdict: validity.verdict === 'ok' ? 'partial' : validity.verdict,
          reasons: [...validity.reasons, EARLY],
        },
    ...(experiments.length === 0 ? {} : { experiments: [...experiments] }),
    ...(tried.length === 0 ? {} : { tried }),
  }
  return { ...known, claims: judgeClaims(known) }
}
