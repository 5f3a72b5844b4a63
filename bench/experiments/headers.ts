import { withRoles } from '../../servers/tokens/default-profile.ts'
import type { HeadersObservation } from '../../src/experiments/headers/observation.ts'
import { Child } from '../process/child.ts'
import type { ExperimentContext, ExperimentRun, Stage } from '../trials/experiment.ts'
import type { FromCounter, ToCounter } from './headers/messages.ts'
import { recordOverhead } from './headers/tls-records.ts'

const COUNTER = new URL('./headers/main.ts', import.meta.url)
const TRANSPORTS = ['bearer', 'cookie'] as const
const ROLES = [0, 5, 20, 100]
const SAMPLES = { smoke: 2, short: 15, full: 100 } as const
/** Of a process that starts, and of a few hundred requests: seconds on a slow machine. */
const LIMIT_MS = 90_000
const TLS_LIMIT_MS = 30_000
/** In one record, and in the largest that there is but for a few bytes. */
const PAYLOADS = [100, 16_000]

type Context = ExperimentContext<HeadersObservation>

/** All requests of one strategy, in a process that is started for them. */
async function counted(
  stage: Stage,
  context: Context,
  strategy: string,
  redisUrl: string | null,
): Promise<readonly HeadersObservation[]> {
  const file = context.files.get(strategy)
  const counter = new Child<ToCounter, FromCounter>(COUNTER, `counting of '${strategy}'`, stage.signal)
  stage.defer(() => counter.stop())
  const observations: HeadersObservation[] = []
  for (const transport of TRANSPORTS) {
    for (const roles of ROLES) {
      const wanted = {
        strategy,
        ...(file === undefined ? {} : { file }),
        keys: context.keys,
        ttlSeconds: context.ttlSeconds,
        roles,
        transport,
        samples: SAMPLES[context.count],
        token: { ...context.token, claims: withRoles(context.token.claims, roles) },
        redisUrl,
        folder: await stage.folder(),
      }
      const { observation } = await counter.request({ type: 'count', wanted }, 'counted', LIMIT_MS)
      observations.push(observation)
    }
  }
  return observations
}

export const headers: ExperimentRun<HeadersObservation> = {
  needs: [],
  uses: ['redis'],
  expectedMs: (count, strategies) => ({ smoke: 2000, short: 2000, full: 20_000 })[count] * strategies.length,
  async run(context) {
    for (const payload of PAYLOADS) {
      await context.trial({ limitMs: TLS_LIMIT_MS }, async () => ({
        kind: 'tls',
        payload,
        ...(await recordOverhead(payload)),
      }))
    }
    const asks = context.strategies.some(({ needs }) => needs.includes('redis'))
    const redis = asks && context.has('redis') ? await context.redis() : null
    for (const strategy of context.strategies) {
      if (strategy.needs.includes('redis') && redis === null) {
        context.leaveOut(`${strategy.title} needs Redis, which this machine does not have.`)
        continue
      }
      const redisUrl = strategy.needs.includes('redis') ? (redis?.url ?? null) : null
      await context.trial({ limitMs: LIMIT_MS }, (stage) => counted(stage, context, strategy.id, redisUrl))
      context.say(`${strategy.title} is done`)
    }
  },
}
