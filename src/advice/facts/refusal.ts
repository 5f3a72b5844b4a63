import { MINIMUM_ROUNDS } from '../../results/minimum-rounds.ts'
import type { Results } from '../../results/results.ts'
import { formatCount } from '../../units.ts'
import { readingPointOf } from './points.ts'

export interface Refusal {
  readonly code: 'RUN_INVALID' | 'ROUNDS_TOO_FEW' | 'NOT_MEASURED'
  readonly message: string
  readonly next: string
}

/**
 * Why a run cannot be used to decide; null: it can.
 * @param what it does not do for that, such as `names no strategy`
 */
export function refusalOf(results: Results, what = 'names no strategy'): Refusal | null {
  const { validity, config, run, environment } = results
  if (validity.verdict === 'invalid') {
    return {
      code: 'RUN_INVALID',
      message: `run ${run.id} is invalid, and ${what}: ${validity.reasons[0] ?? 'a check failed'}`,
      next: '`authbench report --section validity` says what failed; remove the cause and run again.',
    }
  }
  const point = readingPointOf(results)
  if (point === null) {
    return {
      code: 'NOT_MEASURED',
      message: `run ${run.id} has not measured what a protected read costs, and ${what}`,
      next:
        environment.target?.remote === undefined
          ? 'Run the scenario verify: `authbench run --scenarios verify`.'
          : environment.host === undefined
            ? 'The CPU of a target on another machine is read there: start `authbench host` on it and run with --agents and --host, or run authbench there with --target on its loopback.'
            : 'Run with --scenarios iso-load, which measures it.',
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
      code: 'ROUNDS_TOO_FEW',
      message: `run ${run.id} has ${formatCount(Math.min(rounds, config.rounds), 'round')}, and ${what}: an interval needs ${MINIMUM_ROUNDS}`,
      next: `Run again with --rounds ${MINIMUM_ROUNDS} or more.`,
    }
  }
  return null
}
