import { pairsOf } from '../analysis/comparison.ts'
import { METRIC_INFOS, METRICS } from '../metrics/registry.ts'
import { type Random, seededRandom } from '../plan/random.ts'
import type { Arm } from '../results/cell.ts'
import type { Results } from '../results/results.ts'
import { pairLogRatios, ratioEstimate } from '../stats/paired.ts'
import { fakeResults } from './fake-results.ts'
import { normalSource } from './normal-numbers.ts'

export interface Simulation {
  readonly seed: number
  readonly rounds?: number
  /** Standard deviation of one value around what the round does to all, as a fraction. */
  readonly spread?: number
  /** Of what a round does to all values of time in it. */
  readonly weather?: number
  /** Of the second copy in the A/A pair; as of the others unless told. */
  readonly twinSpread?: number
  /** By metric: factor on what the checkout under test gives; a base arm is without. */
  readonly factors?: Readonly<Record<string, number>>
  /** Every strategy from another checkout as well. */
  readonly against?: boolean
}

const STRATEGIES = ['none', 'jwt-hs256', 'session-redis'] as const

const TYPICAL: Readonly<Record<string, readonly [number, number, number]>> = {
  throughput: [13_400, 8_150, 7_930],
  'cpu.server': [58.2, 108.9, 103.8],
  'memory.allocated': [7_202, 15_924, 10_660],
  'cpu.redis': [0, 0, 14.2],
  'latency.p50': [4_120, 7_010, 7_240],
  'latency.p99': [8_650, 14_700, 15_200],
  'bytes.request_head': [83, 582, 149],
  'bytes.response_head': [168, 168, 168],
  'bytes.credential': [0, 476, 43],
  'redis.commands': [0, 0, 1],
  'redis.bytes': [0, 0, 286],
}

const STEADY: readonly string[] = METRICS.filter(({ steady }) => steady).map(({ id }) => id)
/** Of what does not depend on the machine: as far as two processes compile to other code. */
const STEADY_SPREAD = 0.001

/** Keys carry the number of their round, so that from round 10 on each is a byte longer. */
const countedIn = (metric: string, middle: number, round: number) =>
  metric === 'redis.bytes' && middle > 0 && round > 9 ? middle + 1 : middle

function rowsOf(simulation: Simulation, random: Random): Results['rounds'] {
  const {
    rounds = 12,
    spread = 0.02,
    weather = 0.05,
    twinSpread = spread,
    factors = {},
    against = false,
  } = simulation
  const normal = normalSource(random)
  const byRound = Array.from({ length: rounds }, () => Math.exp(weather * normal()))
  return METRIC_INFOS.flatMap(({ id: metric, exact }) =>
    STRATEGIES.flatMap((strategy, index) => {
      const middle = TYPICAL[metric]?.[index]
      const arms: readonly Arm[] = [
        'main',
        ...(index === 0 ? (['twin'] as const) : []),
        ...(against ? (['base'] as const) : []),
      ]
      return arms.flatMap((arm) =>
        middle === undefined
          ? []
          : [
              {
                strategy,
                arm,
                scenario: 'verify',
                params: {},
                metric,
                values: byRound.map((factor, round) => ({
                  round,
                  position: index,
                  value:
                    (arm === 'base' ? 1 : (factors[metric] ?? 1)) *
                    (exact
                      ? countedIn(metric, middle, round)
                      : STEADY.includes(metric)
                        ? middle * Math.exp(STEADY_SPREAD * normal())
                        : middle * factor * Math.exp((arm === 'twin' ? twinSpread : spread) * normal())),
                })),
              },
            ],
      )
    }),
  )
}

function noiseOf(rounds: Results['rounds']): Results['noise'] {
  const row = (metric: string, arm: Arm) =>
    rounds.find((each) => each.metric === metric && each.strategy === 'none' && each.arm === arm)?.values ??
    []
  return Object.fromEntries(
    METRIC_INFOS.filter(({ exact }) => !exact).flatMap(({ id }) => {
      const logRatios = pairLogRatios(pairsOf(row(id, 'twin'), row(id, 'main')))
      return logRatios === null || logRatios.length === 0 ? [] : [[id, ratioEstimate(logRatios)] as const]
    }),
  )
}

/** A run whose values are drawn from a seeded source, with a machine that is faster in some rounds than in others. */
export function simulatedRun(simulation: Simulation): Results {
  const rounds = rowsOf(simulation, seededRandom(simulation.seed))
  const run = fakeResults({ rounds: simulation.rounds ?? 12 })
  return {
    ...run,
    run: { ...run.run, id: `simulated-${simulation.seed}` },
    config: { ...run.config, strategies: [...STRATEGIES], against: simulation.against ?? false },
    strategies: run.strategies.filter(({ id }) => STRATEGIES.some((known) => known === id)),
    metrics: [...METRIC_INFOS],
    rounds,
    noise: noiseOf(rounds),
  }
}
