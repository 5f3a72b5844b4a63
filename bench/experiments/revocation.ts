import { setTimeout as pause } from 'node:timers/promises'
import { startProxy } from '../../servers/conformance/harness/redis-proxy.ts'
import { boundMs, type RevocationObservation } from '../../src/experiments/revocation.ts'
import type { TrialCount } from '../../src/plan/profiles.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import { redisMeter } from '../redis/meter.ts'
import type { ProvidedRedis } from '../redis/provide.ts'
import type { ExperimentContext, ExperimentRun, Stage } from '../trials/experiment.ts'
import {
  type Instance,
  LIFE_SECONDS,
  nameOf,
  revoke,
  startInstance,
  TOGETHER,
  watch,
} from './revocation/instance.ts'

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
/** Logouts of one batch come anywhere in this time. */
const SPREAD_MS = 300
const LOST_MS = 2000
/** Promises that take longer are not waited for. */
const LONGEST_MS = 10_000
const SLACK_MS = 20_000
const WAITS_FROM_MS = 2000
/** Strategies at the same time, of those that wait. */
const LANES = 3

/** Sessions of one process end with it, and nobody else knows them. */
const isShared = ({ needs }: StrategyInfo) => !needs.includes('memory') && !needs.includes('sqlite')

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

async function lagsWithFaults(
  context: Context,
  info: StrategyInfo,
  redis: ProvidedRedis | null,
): Promise<void> {
  const bound = boundMs(info)
  await lagsOf(context, info, redis)
  if (redis === null || bound === null) return
  const limitMs = 2 * SLACK_MS + 2 * bound
  for (let batch = 0; batch * TOGETHER < WITH_FAULTS[context.count]; batch += 1) {
    await linkLost(context, info, redis, 1000 + batch, limitMs)
    await restarted(context, info, redis, 2000 + batch, limitMs)
  }
}

function isTried({ has, leaveOut }: Context, info: StrategyInfo): boolean {
  const bound = boundMs(info)
  if (info.needs.includes('redis') && !has('redis')) {
    leaveOut(`${info.title} needs Redis, which this machine does not have.`)
    return false
  }
  if (bound === null || bound <= LONGEST_MS) return true
  leaveOut(`${info.title} promises a refusal within ${bound / 1000} s, which is not waited for.`)
  return false
}

/** Its trials are waiting for the most part: several strategies at once do not change what they show. */
const waits = (info: StrategyInfo): boolean => (boundMs(info) ?? 1000 * LIFE_SECONDS) >= WAITS_FROM_MS

export const revocation: ExperimentRun<RevocationObservation> = {
  needs: [],
  uses: ['redis'],
  appliesTo: ({ revocation: { effect } }) => effect !== 'never' && effect !== 'unknown',
  expectedMs: (count, strategies) =>
    ({ smoke: 7000, short: 25_000, full: 120_000 })[count] * strategies.length,
  async run(context) {
    const chosen = context.strategies.filter((info) => isTried(context, info))
    const redisOf = async ({ needs }: StrategyInfo) =>
      needs.includes('redis') ? await context.redis() : null
    const lags = async (info: StrategyInfo) => {
      await lagsWithFaults(context, info, await redisOf(info))
      context.say(`${info.title} is done`)
    }
    const [quick, slow] = [chosen.filter((info) => !waits(info)), chosen.filter(waits)]
    for (const info of quick) await lags(info)
    const waiting = Iterator.from(slow)
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        for (const info of waiting) await lags(info)
      }),
    )
    for (const info of chosen) {
      // Timed, so that nothing else goes on.
      if (boundMs(info) !== null && info.exceptions?.S06 === undefined)
        await everywhere(context, info, await redisOf(info))
      context.say(`${info.title} is done`)
    }
  },
}
