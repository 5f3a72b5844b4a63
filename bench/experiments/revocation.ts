import { setTimeout as pause } from 'node:timers/promises'
import { startProxy } from '../../servers/conformance/harness/redis-proxy.ts'
import { boundMs, type RevocationObservation } from '../../src/experiments/revocation.ts'
import type { TrialCount } from '../../src/plan/profiles.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import { redisMeter } from '../redis/meter.ts'
import type { ProvidedRedis } from '../redis/provide.ts'
import type { Subject } from '../run/equipment.ts'
import type { ExperimentContext, ExperimentRun, Stage } from '../trials/experiment.ts'
import { type Requests, requestsTo } from '../trials/requests.ts'

type Context = ExperimentContext<RevocationObservation>
type Lag = Extract<RevocationObservation, { kind: 'lag' }>

const CREDENTIALS: Readonly<Record<TrialCount, number>> = { smoke: 10, short: 200, full: 1000 }
const WITH_FAULTS: Readonly<Record<TrialCount, number>> = { smoke: 2, short: 20, full: 100 }
const INSTANCES: Readonly<Record<TrialCount, readonly number[]>> = { smoke: [2], short: [2, 4], full: [2, 4] }
const EVERYWHERE: Readonly<Record<TrialCount, readonly number[]>> = {
  smoke: [1, 10],
  short: [1, 10, 1000],
  full: [1, 10, 1000],
}
/** Revoked side by side: together they are the load. */
const TOGETHER = 20
/** Between two requests of one credential to one instance. */
const PAUSE_MS = 5
/** Logouts of one batch come anywhere in this time. */
const SPREAD_MS = 300
const LOST_MS = 2000
/** Life of a token that nothing ends earlier. */
const LIFE_SECONDS = 2
/** Promises that take longer are not waited for. */
const LONGEST_MS = 10_000
/** Refused so often in a row: what is refused once may have met an instance on its way down. */
const REFUSALS = 3
const SLACK_MS = 20_000

interface Instance {
  readonly server: Subject
  readonly requests: Requests
}

/** What one credential met on one instance. Times are those at which requests were sent. */
interface Seen {
  acceptedAt: number
  refusedAt: number | null
}

/** Asks again and again until it is refused for good. No answer, or one that judges nothing, counts for neither side. */
async function watch({ requests }: Instance, credential: string, signal: AbortSignal): Promise<Seen> {
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

async function revoke({ requests }: Instance, credential: string): Promise<number> {
  const status = await requests.post('/logout', credential)
  if (status !== 204) throw new Error(`the logout was answered with ${status}`)
  return performance.now()
}

async function startInstance(
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

/** Sessions of one process end with it, and nobody else knows them. */
const isShared = ({ needs }: StrategyInfo) => !needs.includes('memory') && !needs.includes('sqlite')

const nameOf = (index: number) => `user-${String(index).padStart(7, '0')}`

/** One batch: all are accepted everywhere, then each is revoked at the first instance while all instances are asked. */
async function revokeBatch(
  context: Context,
  stage: Stage,
  info: StrategyInfo,
  instances: readonly Instance[],
  batch: number,
  { fault, during = () => Promise.resolve() }: { fault: Lag['fault']; during?: () => Promise<void> },
): Promise<readonly Lag[]> {
  const [first] = instances
  if (first === undefined) throw new Error('no instance')
  const names = Array.from({ length: TOGETHER }, (_, index) => nameOf(batch * TOGETHER + index))
  const credentials = await first.server.issue(names)
  await Promise.all(
    instances.flatMap(({ requests }) =>
      credentials.map(async (credential) => {
        const status = await requests.me(credential)
        if (status !== 200) throw new Error(`a new credential was answered with ${status}`)
      }),
    ),
  )
  const lifeMs = boundMs(info) === null ? 1000 * LIFE_SECONDS : null
  const trouble = during()
  const observed = credentials.map(async (credential): Promise<readonly Lag[]> => {
    const watched = Promise.all(instances.map((instance) => watch(instance, credential, stage.signal)))
    // Whoever leaves the stage ends them before anybody waits for them.
    watched.catch(() => undefined)
    await pause(context.random() * SPREAD_MS)
    const ackAt = await revoke(first, credential)
    const seen = await watched
    return seen.map(({ acceptedAt, refusedAt }, node) => ({
      kind: 'lag',
      strategy: info.id,
      instances: instances.length,
      fault,
      node,
      lagMs: Math.max(0, acceptedAt - ackAt),
      refusedMs: (refusedAt ?? ackAt) - ackAt,
      lifeMs,
    }))
  })
  const [lags] = await Promise.all([Promise.all(observed), trouble])
  return lags.flat()
}

async function lagsOf(context: Context, info: StrategyInfo, redis: ProvidedRedis | null): Promise<void> {
  const wanted = CREDENTIALS[context.count]
  const limitMs = SLACK_MS + 2 * Math.min(LONGEST_MS, boundMs(info) ?? 1000 * LIFE_SECONDS)
  for (const count of isShared(info) ? INSTANCES[context.count] : [1]) {
    const instances: Instance[] = []
    for (let node = 0; node < count; node += 1)
      instances.push(await startInstance(context, context, info, redis?.url ?? null))
    for (let batch = 0; batch * TOGETHER < wanted; batch += 1) {
      await context.trial({ limitMs }, (stage) =>
        revokeBatch(context, stage, info, instances, batch, { fault: 'none' }),
      )
    }
    for (const { server, requests } of instances) {
      await requests.close()
      await server.stop()
    }
  }
}

/** The second instance does not hear of anything for a while. */
const linkLost = (
  context: Context,
  info: StrategyInfo,
  redis: ProvidedRedis,
  batch: number,
  limitMs: number,
) =>
  context.trial({ limitMs: limitMs + LOST_MS }, async (stage) => {
    const proxy = await startProxy(redis.url)
    stage.defer(() => proxy.close())
    const instances = [
      await startInstance(stage, context, info, redis.url),
      await startInstance(stage, context, info, proxy.url),
    ]
    return revokeBatch(context, stage, info, instances, batch, {
      fault: 'link lost',
      async during() {
        proxy.cut()
        await pause(LOST_MS)
        proxy.mend()
      },
    })
  })

/** An instance that starts after the revocation knows what the store and the feed tell it. */
const restarted = (
  context: Context,
  info: StrategyInfo,
  redis: ProvidedRedis,
  batch: number,
  limitMs: number,
) =>
  context.trial({ limitMs }, async (stage): Promise<readonly Lag[]> => {
    const first = await startInstance(stage, context, info, redis.url)
    const credentials = await first.server.issue(
      Array.from({ length: TOGETHER }, (_, index) => nameOf(batch * TOGETHER + index)),
    )
    const acks = await Promise.all(credentials.map((credential) => revoke(first, credential)))
    const second = await startInstance(stage, context, info, redis.url)
    const seen = await Promise.all(credentials.map((credential) => watch(second, credential, stage.signal)))
    return seen.map(({ acceptedAt, refusedAt }, index) => {
      const ackAt = acks[index] ?? 0
      return {
        kind: 'lag',
        strategy: info.id,
        instances: 2,
        fault: 'restarted',
        node: 1,
        lagMs: Math.max(0, acceptedAt - ackAt),
        refusedMs: (refusedAt ?? ackAt) - ackAt,
        lifeMs: null,
      }
    })
  })

async function everywhere(context: Context, info: StrategyInfo, redis: ProvidedRedis | null): Promise<void> {
  const meter = redis === null ? null : redisMeter(redis.control)
  for (const sessions of EVERYWHERE[context.count]) {
    await context.trial({ limitMs: 2 * SLACK_MS }, async (stage): Promise<RevocationObservation> => {
      const instance = await startInstance(stage, context, info, redis?.url ?? null)
      // One subject, as many times.
      const credentials = await instance.server.issue(
        Array.from({ length: sessions }, () => nameOf(sessions)),
      )
      const [own = ''] = credentials
      if ((await instance.requests.me(own)) !== 200) throw new Error('a new credential was not accepted')
      // Of a strategy that also asks without a request, nobody can tell whose commands they are.
      const end = info.background === true ? null : await meter?.measure()
      const startedAt = performance.now()
      const status = await instance.requests.post('/logout-all', own)
      const ms = performance.now() - startedAt
      const use = await end?.()
      if (status !== 204) throw new Error(`the logout everywhere was answered with ${status}`)
      const bound = boundMs(info) ?? 0
      if (bound > 0) await pause(bound, undefined, { signal: stage.signal })
      const after = await Promise.all(credentials.map((credential) => instance.requests.me(credential)))
      return {
        kind: 'everywhere',
        strategy: info.id,
        sessions,
        ms,
        commands:
          use === undefined ? null : Object.values(use.commands).reduce((sum, calls) => sum + calls, 0),
        left: after.filter((each) => each === 200).length,
      }
    })
  }
}

export const revocation: ExperimentRun<RevocationObservation> = {
  needs: [],
  uses: ['redis'],
  appliesTo: ({ revocation: { effect } }) => effect !== 'never' && effect !== 'unknown',
  expectedMs: (count, strategies) =>
    ({ smoke: 7000, short: 45_000, full: 220_000 })[count] * strategies.length,
  async run(context) {
    for (const info of context.strategies) {
      const bound = boundMs(info)
      if (info.needs.includes('redis') && !context.has('redis')) {
        context.leaveOut(`${info.title} needs Redis, which this machine does not have.`)
        continue
      }
      if (bound !== null && bound > LONGEST_MS) {
        context.leaveOut(
          `${info.title} promises a refusal within ${bound / 1000} s, which is not waited for.`,
        )
        continue
      }
      const redis = info.needs.includes('redis') ? await context.redis() : null
      await lagsOf(context, info, redis)
      if (redis !== null && bound !== null) {
        const limitMs = 2 * SLACK_MS + 2 * bound
        for (let batch = 0; batch * TOGETHER < WITH_FAULTS[context.count]; batch += 1) {
          await linkLost(context, info, redis, 1000 + batch, limitMs)
          await restarted(context, info, redis, 2000 + batch, limitMs)
        }
      }
      if (bound !== null && info.exceptions?.S06 === undefined) await everywhere(context, info, redis)
      context.say(`${info.title} is done`)
    }
  },
}
