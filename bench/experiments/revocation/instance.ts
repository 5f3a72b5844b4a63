import { setTimeout as pause } from 'node:timers/promises'
import { boundMs, type RevocationObservation } from '../../../src/experiments/revocation.ts'
import type { StrategyInfo } from '../../../src/results/strategy-info.ts'
import type { Subject } from '../../run/equipment.ts'
import type { ExperimentContext, Stage } from '../../trials/experiment.ts'
import { type Requests, requestsTo } from '../../trials/requests.ts'

type Context = ExperimentContext<RevocationObservation>

/** Revoked side by side: together they are the load. */
export const TOGETHER = 20
/** Life of a token that nothing ends earlier. */
export const LIFE_SECONDS = 2
/** Between two requests of one credential to one instance. */
const PAUSE_MS = 5
/** Refused so often in a row: what is refused once may have met an instance on its way down. */
const REFUSALS = 3

export interface Instance {
  readonly server: Subject
  readonly requests: Requests
}

/** What one credential met on one instance. Times are those at which requests were sent. */
interface Seen {
  acceptedAt: number
  refusedAt: number | null
}

/** Asks again and again until it is refused for good. No answer, or one that judges nothing, counts for neither side. */
export async function watch({ requests }: Instance, credential: string, signal: AbortSignal): Promise<Seen> {
  const seen: Seen = { acceptedAt: Number.NEGATIVE_INFINITY, refusedAt: null }
  for (let refusals = 0; refusals < REFUSALS; ) {
    signal.throwIfAborted()
    const sentAt = performance.now()
    const status = await requests.me(credential).catch(() => null)
    if (status === 200) {
      seen.acceptedAt = sentAt
      seen.refusedAt = null
      refusals = 0
    } else if (status === 401) {
      seen.refusedAt ??= sentAt
      refusals += 1
    }
    await pause(PAUSE_MS)
  }
  return seen
}

export async function revoke({ requests }: Instance, credential: string): Promise<number> {
  const status = await requests.post('/logout', credential)
  if (status !== 204) throw new Error(`the logout was answered with ${status}`)
  return performance.now()
}

export async function startInstance(
  stage: Stage,
  context: Context,
  info: StrategyInfo,
  redisUrl: string | null,
): Promise<Instance> {
  const server = await stage.server(info.id, {
    ...(redisUrl === null ? {} : { redis: { url: redisUrl } }),
    ...(boundMs(info) === null ? { ttlSeconds: LIFE_SECONDS } : {}),
  })
  const requests = requestsTo(server, context.transport, TOGETHER)
  stage.defer(() => requests.close())
  return { server, requests }
}

export const nameOf = (index: number) => `user-${String(index).padStart(7, '0')}`
