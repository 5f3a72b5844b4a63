import type { HeadersObservation } from '../../src/experiments/headers.ts'
import { protectedRequest, sendRaw, subjectName } from '../load/http/probe.ts'
import type { ExperimentContext, ExperimentRun, Stage } from '../trials/experiment.ts'

const TRANSPORTS = ['bearer', 'cookie'] as const
const ROLES = [0]
/** A server starts, issues one credential and answers a few requests: seconds on a slow machine. */
const LIMIT_MS = 60_000

async function requestBytes(
  stage: Stage,
  { strategies }: ExperimentContext<HeadersObservation>,
  { strategy, roles, transport }: Pick<HeadersObservation, 'strategy' | 'roles' | 'transport'>,
): Promise<HeadersObservation> {
  const needsRedis = strategies.find(({ id }) => id === strategy)?.needs.includes('redis') === true
  const server = await stage.server(strategy, {
    transport,
    ...(needsRedis ? { redis: await stage.redis() } : {}),
  })
  const [credential = null] = await server.issue([subjectName(0)])
  const {
    status,
    requestBytes: up,
    headBytes,
    bodyBytes,
  } = await sendRaw(
    // A port may have four digits or five: what is counted names one that always has as many.
    { origin: server.origin, host: 'localhost:65535' },
    protectedRequest(transport, credential),
  )
  if (status !== 200) throw new Error(`status ${status} instead of 200`)
  return { strategy, roles, transport, http1: { up, down: headBytes + bodyBytes } }
}

export const headers: ExperimentRun<HeadersObservation> = {
  needs: [],
  uses: ['redis'],
  async run(context) {
    for (const { id: strategy, title, needs } of context.strategies) {
      if (needs.includes('redis') && !context.has('redis')) {
        context.leaveOut(`${title} needs Redis, which this machine does not have.`)
        continue
      }
      for (const transport of TRANSPORTS) {
        for (const roles of ROLES) {
          await context.trial({ limitMs: LIMIT_MS }, (stage) =>
            requestBytes(stage, context, { strategy, roles, transport }),
          )
        }
      }
      context.say(`${title} is done`)
    }
  },
}
