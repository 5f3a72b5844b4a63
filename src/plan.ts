import type { Params } from './cell.ts'
import { seededRandom, shuffle } from './random.ts'
import type { RunConfig } from './results.ts'

/** One server of a round: a strategy, or the twin of the baseline that gives the A/A noise floor. */
export interface PlannedCell {
  readonly strategy: string
  readonly arm: 'main' | 'twin'
  readonly scenario: string
  readonly params: Params
  readonly round: number
  readonly position: number
}

export interface PlannedRound {
  readonly round: number
  readonly scenario: string
  readonly params: Params
  /** In the order in which the first pass visits them. */
  readonly cells: readonly PlannedCell[]
  /** Indices into `cells`, one array per pass: the order, its reverse, the order, ... */
  readonly passes: readonly (readonly number[])[]
}

/**
 * Randomised, interleaved, paired trials (Abedi and Brecht, ICPE 2017): every second round reverses the seeded order of
 * the one before, and inside a round every second pass reverses the order, so that a linear drift of the machine
 * hits all strategies alike.
 */
export function planRounds(
  config: RunConfig,
  scenarios: readonly { readonly id: string; readonly params: readonly Params[] }[],
): PlannedRound[] {
  const random = seededRandom(config.seed)
  const baseline = config.strategies.includes('none') ? 'none' : config.strategies[0]
  const subjects = config.strategies.flatMap((strategy) =>
    strategy === baseline
      ? ([
          { strategy, arm: 'main' },
          { strategy, arm: 'twin' },
        ] as const)
      : ([{ strategy, arm: 'main' }] as const),
  )
  const points = scenarios.flatMap(({ id, params }) =>
    params.map((point) => ({ scenario: id, params: point })),
  )
  let orders = points.map(() => [...subjects])
  return Array.from({ length: config.rounds }, (_, round) => {
    orders = orders.map((order) => (round % 2 === 0 ? shuffle(subjects, random) : [...order].reverse()))
    return points.map(({ scenario, params }, point): PlannedRound => {
      const cells = (orders[point] ?? []).map((subject, position) => ({
        ...subject,
        scenario,
        params,
        round,
        position,
      }))
      const forward = cells.map((_, index) => index)
      const passes = Array.from({ length: config.slicesPerRound }, (_, pass) =>
        pass % 2 === 0 ? forward : [...forward].reverse(),
      )
      return { round, scenario, params, cells, passes }
    })
  }).flat()
}
