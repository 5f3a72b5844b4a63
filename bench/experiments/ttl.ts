import { herdPeak, LIVES_SECONDS } from '../../src/experiments/ttl/model.ts'
import type { TtlObservation } from '../../src/experiments/ttl/observation.ts'
import type { TrialCount } from '../../src/plan/profiles.ts'
import { seededRandom, shuffle } from '../../src/plan/random.ts'
import type { ExperimentContext, ExperimentRun } from '../trials/experiment.ts'
import { type CostPlan, costOf } from './ttl/cost.ts'
import { useOf } from './ttl/use.ts'

interface Plan {
  /** Server processes of each strategy. */
  readonly processes: number
  readonly cost: CostPlan
  readonly users: number
  readonly lives: number
  readonly logouts: number
  readonly herd: number
}
const PLANS: Readonly<Record<TrialCount, Plan>> = {
  smoke: {
    processes: 1,
    cost: { warmUp: 100, windows: 1, requests: 100 },
    users: 1,
    lives: 10,
    logouts: 3,
    herd: 1000,
  },
  short: {
    processes: 8,
    cost: { warmUp: 5000, windows: 6, requests: 500 },
    users: 5,
    lives: 60,
    logouts: 10,
    herd: 100_000,
  },
  full: {
    processes: 24,
    cost: { warmUp: 12_000, windows: 16, requests: 500 },
    users: 20,
    lives: 60,
    logouts: 30,
    herd: 100_000,
  },
}
/** In the middle of the lives that people choose, and at both ends. */
const CHECKED_SECONDS = [60, 600, 14_400]
const JITTERS = [0, 0.2]
/** Of numbers that say nothing about this machine: the same in every run. */
const SEED = 1
const LIMIT_MS = 180_000

type Context = ExperimentContext<TtlObservation>

async function herds(context: Context, users: number): Promise<void> {
  for (const lifeSeconds of LIVES_SECONDS) {
    await context.trial({ limitMs: LIMIT_MS }, async () =>
      JITTERS.map((jitter) => ({
        kind: 'herd',
        lifeSeconds,
        jitter,
        users,
        peakOverMean: herdPeak({ users, lifeSeconds, jitter }, seededRandom(SEED)),
      })),
    )
  }
}

export const ttl: ExperimentRun<TtlObservation> = {
  needs: ['redis'],
  appliesTo: ({ refreshes }) => refreshes,
  expectedMs: (count, strategies) =>
    ({ smoke: 7000, short: 34_000, full: 240_000 })[count] * strategies.length,
  async run(context) {
    const plan = PLANS[context.count]
    const redis = await context.redis()
    await herds(context, plan.herd)
    for (const info of context.strategies) {
      for (const lifeSeconds of CHECKED_SECONDS) {
        await context.trial({ limitMs: LIMIT_MS }, (stage) =>
          useOf(stage, info, redis, { ...plan, lifeSeconds }, seededRandom(SEED)),
        )
      }
      context.say(`${info.title} was used for ${plan.lives} lives of each length`)
    }
    for (let process = 0; process < plan.processes; process += 1) {
      for (const info of shuffle(context.strategies, context.random)) {
        await context.trial({ limitMs: LIMIT_MS }, (stage) => costOf(stage, info, redis, plan.cost))
      }
      context.say(`cost: ${process + 1} of ${plan.processes} is done`)
    }
  },
}
