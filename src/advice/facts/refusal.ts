import { MINIMUM_ROUNDS } from '../../results/minimum-rounds.ts'
import type { Results } from '../../results/results.ts'
import { formatCount } from '../../units.ts'
import { readingPointOf } from './points.ts'

export interface Refusal {
  readonly code: 'ADVICE_RUN_INVALID' | 'ADVICE_ROUNDS_TOO_FEW' | 'ADVICE_NOT_MEASURED'
  readonly message: string
  readonly next: string
}

/** Why no strategy is named whatever is wished; null: the run can name some. */
export function refusalOf(results: Results): Refusal | null {
  const { validity, config, run } = results
  if (validity.verdict === 'invalid') {
    return {
      code: 'ADVICE_RUN_INVALID',
      message: `run ${run.id} is invalid, and names no strategy: ${validity.reasons[0] ?? 'a check failed'}`,
      next: '`authbench report --section validity` says what failed; remove the cause and run again.',
    }
  }
  const point = readingPointOf(results)
  if (point === null) {
    return {
      code: 'ADVICE_NOT_MEASURED',
      message: `run ${run.id} has not measured what a protected read costs, and names no strategy`,
      next: 'Run the scenario verify: `authbench run --scenarios verify`.',
    }
  }
  const rounds = Math.max(
    0,
    ...results.rounds.flatMap(({ metric, arm, values }) =>
      metric === 'cpu.server' && arm === 'main' ? [values.length] : [],
    ),
  )
  if (validity.verdict === 'unjudged' || rounds < MINIMUM_ROUNDS) {
    return {
      code: 'ADVICE_ROUNDS_TOO_FEW',
      message: `run ${run.id} has ${formatCount(Math.min(rounds, config.rounds), 'round')}, and names no strategy: an interval needs ${MINIMUM_ROUNDS}`,
      next: `Run again with --rounds ${MINIMUM_ROUNDS} or more.`,
    }
  }
  return null
}
