import type { Arm, Params } from '../results/cell.ts'
import type { RunConfig } from '../results/results.ts'
import { seededRandom, shuffle } from './random.ts'

/** One server of a round. */
export interface PlannedSubject {
  readonly strategy: string
  readonly arm: Arm
  /** Place in the seeded order of the round, from 0. */
  readonly position: number
}

export interface PlannedRound {
  readonly round: number
  readonly scenario: string
  /** Each gives one cell of every subject, on the same processes. */
  readonly points: readonly Params[]
  /** In the order in which the first pass visits them. */
  readonly subjects: readonly PlannedSubject[]
}

/** Positions of the subjects in the order in which a pass visits them: there, back, there, ... */
export const passOrder = (subjects: readonly PlannedSubject[], pass: number): readonly PlannedSubject[] =>
  pass % 2 === 0 ? subjects : subjects.toReversed()

/** What of a scenario a plan needs to know. */
interface PlannedScenario {
  readonly id: string
  readonly params: readonly Params[]
  /** Those of the run that it applies to; absent: all. */
  readonly strategies?: readonly string[] | undefined
}

export const isMeasuredIn = (
  { strategies }: Pick<PlannedScenario, 'strategies'>,
  strategy: string,
): boolean => strategies?.includes(strategy) ?? true

/**
 * The servers of every round of the scenario. The first strategy, or the baseline where there is one, runs twice under two names: what
 * these differ in is noise. Against another checkout every strategy runs from both.
 */
function subjectsOf(
  scenario: PlannedScenario,
  { strategies: all, against }: RunConfig,
): readonly Omit<PlannedSubject, 'position'>[] {
  const strategies = all.filter((id) => isMeasuredIn(scenario, id))
  const doubled = strategies.includes('none') ? 'none' : strategies[0]
  return strategies.flatMap((strategy) => [
    { strategy, arm: 'main' as const },
    ...(strategy === doubled ? [{ strategy, arm: 'twin' as const }] : []),
    ...(against ? [{ strategy, arm: 'base' as const }] : []),
  ])
}

/**
 * Randomised, interleaved, paired trials (Abedi and Brecht, ICPE 2017): every second round reverses the seeded order of
 * the one before, and inside a round every second pass reverses the order, so that a linear drift of the machine
 * hits all strategies alike. More rounds with the same seed begin with the same rounds.
 */
export function planRounds(config: RunConfig, scenarios: readonly PlannedScenario[]): PlannedRound[] {
  const random = seededRandom(config.seed)
  const subjects = scenarios.map((scenario) => subjectsOf(scenario, config))
  let orders = subjects
  return Array.from({ length: config.rounds }, (_, round) => {
    orders = orders.map((order, index) =>
      round % 2 === 0 ? shuffle(subjects[index] ?? [], random) : order.toReversed(),
    )
    return scenarios
      .map(
        ({ id, params }, index): PlannedRound => ({
          round,
          scenario: id,
          points: params,
          subjects: (orders[index] ?? []).map((subject, position) => ({ ...subject, position })),
        }),
      )
      .filter((planned) => planned.subjects.length > 0)
  }).flat()
}
