import type { AuthStrategy } from '../../servers/contract.ts'
import { FAMILY_LIMITS } from '../../servers/refresh/rotation.ts'
import type { LeakObservation, TheftId } from '../../src/experiments/leak/observation.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { ExperimentContext, ExperimentRun } from '../trials/experiment.ts'
import { oneOfEach } from '../trials/registered.ts'
import { type Course, LOGOUT_MS, watchTheft } from './leak/theft.ts'

type Context = ExperimentContext<LeakObservation>

const TRIALS = { smoke: 1, short: 3, full: 10 } as const
const LIMIT_MS = 60_000
const MINUTE_SECONDS = 60
const HOUR_SECONDS = 60 * MINUTE_SECONDS
const DAY_SECONDS = 24 * HOUR_SECONDS
const YEAR_SECONDS = 365 * DAY_SECONDS

interface Plan extends Course {
  readonly ttlSeconds: number
}

const SESSION_SECONDS = 30 * DAY_SECONDS
const ACCESS_SECONDS = 5 * MINUTE_SECONDS
const COURSE = { takesRefreshToken: false, user: 'first', logsOut: true } as const
const ROTATION = { ...COURSE, takesRefreshToken: true, ttlSeconds: ACCESS_SECONDS } as const

const ENDLESS: Plan = { ...COURSE, theft: 'no expiry', ttlSeconds: HOUR_SECONDS, promisedMs: null }

/** One that nothing ends but its own expiry. */
const untilExpiry = (theft: TheftId, ttlSeconds: number): Plan => ({
  ...COURSE,
  theft,
  ttlSeconds,
  promisedMs: 1000 * ttlSeconds,
})

/** What can be stolen of a strategy, by what it declares. */
function plansFor({ proof, refreshes, state }: StrategyInfo): readonly Plan[] {
  if (proof !== undefined) return [{ ...COURSE, theft: 'bound', ttlSeconds: HOUR_SECONDS, promisedMs: 0 }]
  if (refreshes) {
    return [
      untilExpiry('access token', ACCESS_SECONDS),
      { ...ROTATION, theft: 'user first', promisedMs: 1000 * ACCESS_SECONDS },
      // The family ends; what the thief was given before that lives on.
      { ...ROTATION, theft: 'thief first', user: 'second', promisedMs: 2000 * ACCESS_SECONDS },
      {
        ...ROTATION,
        theft: 'user away',
        user: 'away',
        logsOut: false,
        promisedMs: 1000 * (FAMILY_LIMITS.absoluteSeconds + ACCESS_SECONDS),
      },
    ]
  }
  if (state === 'stateful') {
    const ttlSeconds = SESSION_SECONDS
    return [
      { ...COURSE, theft: 'session', ttlSeconds, promisedMs: LOGOUT_MS },
      { ...COURSE, theft: 'session, no logout', ttlSeconds, logsOut: false, promisedMs: 1000 * ttlSeconds },
    ]
  }
  return [untilExpiry('10 years', 10 * YEAR_SECONDS), untilExpiry('1 hour', HOUR_SECONDS)]
}

const kindOf = (info: StrategyInfo) => JSON.stringify([info.proof, info.refreshes, info.state])

async function stealFrom(context: Context, strategy: AuthStrategy, plans: readonly Plan[]): Promise<void> {
  // Fastify and what strategies load, for whoever runs this and nobody else.
  const { openScene } = await import('./leak/scene.ts')
  const redis = strategy.needs.includes('redis') ? await context.redis() : null
  for (const { ttlSeconds, ...course } of plans) {
    for (let trial = 0; trial < TRIALS[context.count]; trial += 1) {
      await context.trial({ limitMs: LIMIT_MS }, async (stage) => {
        const scene = await openScene(stage, context, strategy, ttlSeconds, redis?.url ?? null)
        return watchTheft(scene, strategy, course)
      })
    }
  }
  context.say(`${strategy.title} is done`)
}

export const leak: ExperimentRun<LeakObservation> = {
  needs: [],
  uses: ['redis'],
  proves: true,
  appliesTo: ({ state, needs, revocation, cache, refreshes }) =>
    state !== 'none' &&
    (state !== 'hybrid' || refreshes) &&
    cache === null &&
    (revocation.effect === 'at-expiry' || revocation.effect === 'immediate') &&
    needs.every((need) => need === 'redis' || need === 'memory'),
  expectedMs: (count) => 10_000 * TRIALS[count],
  async run(context) {
    const { endlessToken } = await import('./leak/endless-token.ts')
    await stealFrom(context, endlessToken, [ENDLESS])
    for (const strategy of oneOfEach(context, kindOf)) await stealFrom(context, strategy, plansFor(strategy))
  },
}
