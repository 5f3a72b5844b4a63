import { startCanary } from '../../servers/conformance/harness/canary.ts'
import { generateKeys } from '../../servers/tokens/keys.ts'
import type { AnotherServerObservation } from '../../src/experiments/another-server/observation.ts'
import type { ExperimentRun } from '../trials/experiment.ts'
import { registeredOf } from '../trials/registered.ts'

const TRIALS = { smoke: 1, short: 3, full: 10 } as const
const SERVICES = 3
const KNOWN_LIBRARIES: readonly (string | null)[] = ['jose', 'fast-jwt']
const LIMIT_MS = 60_000

export const anotherServer: ExperimentRun<AnotherServerObservation> = {
  needs: [],
  uses: ['redis'],
  // Caches of what was asked are part of it, caches of sessions and of signatures are not; of other formats nobody here knows what a verifier has.
  appliesTo: ({ family, state, needs, cache, library, revocation }) =>
    needs.includes('auth-server') ||
    (family === 'token' && KNOWN_LIBRARIES.includes(library) && cache === null) ||
    (state === 'stateful' && needs.includes('redis') && cache === null && revocation.effect === 'immediate'),
  expectedMs: (count, strategies) => 1500 * TRIALS[count] * strategies.length,
  async run(context) {
    // Fastify and what strategies load, for whoever runs this and nobody else.
    const [{ openServices }, { trialOf }] = await Promise.all([
      import('./another-server/services.ts'),
      import('./another-server/trial.ts'),
    ])
    const otherKeys = await generateKeys()
    const canary = await context.keep(startCanary({ ...otherKeys }), ({ close }) => close())
    for (const strategy of registeredOf(context)) {
      const asksRedis = strategy.needs.includes('redis')
      for (let trial = 0; trial < TRIALS[context.count]; trial += 1) {
        await context.trial({ limitMs: LIMIT_MS }, async (stage) => {
          const redis = asksRedis ? await stage.redis() : null
          const world = await openServices(stage, context, strategy, redis, SERVICES)
          return trialOf({ strategy, world, otherKeys, canary })
        })
      }
      context.say(`${strategy.title} is done`)
    }
  },
}
