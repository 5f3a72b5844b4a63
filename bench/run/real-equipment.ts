import type { KeyMaterial, TokenProfile } from '../../servers/contract.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import type { RunConfig } from '../../src/results/results.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { Fleet } from '../fleet/coordinator.ts'
import { startFleetGenerator } from '../fleet/generator.ts'
import { sendRaw } from '../load/http/probe.ts'
import { readMachineTime } from '../machine/cpu-time/machine-time.ts'
import { helperCore, type Pinning } from '../machine/pinning.ts'
import { throttlingReader } from '../machine/quota.ts'
import { systemFiles } from '../machine/system-files.ts'
import { startGeneratorProcess } from '../process/generator-process.ts'
import { OWN_SERVERS, startServerProcess } from '../process/server-process.ts'
import { addressesOf } from '../redis/address.ts'
import { redisMeter } from '../redis/meter.ts'
import { anotherLike, type ProvidedRedis, provideRedis } from '../redis/provide.ts'
import { TARGET_ID, type Target, targetSubject } from '../subjects/target.ts'
import { subjectInWorld } from '../worlds/subject-in-world.ts'
import { newServerIdentity } from '../worlds/tls/certificate.ts'
import type { Bench, MovableSubject, StoreMeter } from './equipment.ts'
import { limitedBench, timeOfRun } from './limited/limited-bench.ts'

export interface MachineBenchOptions {
  readonly config: RunConfig
  readonly strategies: readonly StrategyInfo[]
  /** Strategies that come from files of the user: id to file. */
  readonly files: ReadonlyMap<string, string>
  readonly target: Target | null
  readonly pinning: Pinning
  readonly redis: Pick<ProvidedRedis, 'url' | 'control' | 'origin'> | null
  readonly keys: KeyMaterial
  readonly token: TokenProfile
  /** Servers of all strategies ask Redis, for rows of users. */
  readonly rowsInRedis: boolean
  /** Distances or links lie between processes. */
  readonly usesProxies: boolean
  /** Load agents that load instead of this machine; null: it loads by itself. */
  readonly fleet: Fleet | null
  /** Where servers listen; null: on the loopback. */
  readonly listen: string | null
  /** Start of the servers of the other checkout; null where there is none. */
  readonly base: URL | null
  readonly signal: AbortSignal
}

/** Of those whose entries are weighed: the prefix of a run would be a third of what a revoked token takes, and longer for longer ids. */
const SHORT_PREFIX = 'auth:'

/** The real thing: child processes, sockets, Redis, /proc. */
export function machineBench(options: MachineBenchOptions): Bench {
  const { config, target, pinning, redis, keys, token, rowsInRedis, usesProxies, base, signal } = options
  const { fleet, listen } = options
  const idsWith = (need: StrategyInfo['needs'][number]) =>
    new Set(options.strategies.filter(({ needs }) => needs.includes(need)).map(({ id }) => id))
  const needsRedis = idsWith('redis')
  const background = new Set(
    options.strategies.filter((strategy) => strategy.background === true).map(({ id }) => id),
  )
  // On the user's Redis the commands of those that never rest are in everybody's counters.
  const shared = redis?.origin === 'given' && background.size > 0
  const asksAuthServer = idsWith('auth-server')
  const helpers = [pinning.redis, ...(asksAuthServer.size > 0 || usesProxies ? [helperCore(pinning)] : [])]
  const tls = config.world?.tls === true ? { tls: newServerIdentity(new Date(), listen ?? undefined) } : {}
  const fileOf = (strategy: string) => {
    const file = options.files.get(strategy)
    return file === undefined ? {} : { file }
  }
  const bench: Bench = {
    startSubject: async (strategy, arm, keyPrefix, ownRedis) => {
      if (strategy === TARGET_ID && target !== null) return targetSubject(target)
      const start = async (redisUrl: string | null): Promise<MovableSubject> => {
        const server = await startServerProcess(
          {
            strategy,
            ...fileOf(strategy),
            keys,
            token,
            keyPrefix: redis?.origin === 'own' && ownRedis ? SHORT_PREFIX : keyPrefix,
            ttlSeconds: config.ttlSeconds,
            transport: config.transport,
            redisUrl,
            port: 0,
            ...(listen === null ? {} : { host: listen }),
            ...tls,
            ...(asksAuthServer.has(strategy) ? { authServer: { core: helperCore(pinning) } } : {}),
          },
          arm === 'base' && base !== null ? base : OWN_SERVERS,
          pinning.server,
          signal,
        )
        return subjectInWorld(server, placeOf(redisUrl), helperCore(pinning), signal)
      }
      if ((!needsRedis.has(strategy) && !rowsInRedis) || redis === null) {
        return { ...(await start(null)), ...(shared ? { store: null } : {}) }
      }
      const alone = redis.origin === 'own' && (ownRedis || background.has(strategy))
      return alone ? withOwnRedis(start, anotherLike(redis.control), pinning.redis) : start(redis.url)
    },
    startGenerator: () =>
      fleet === null
        ? startGeneratorProcess(
            pinning.generator,
            pinning.generator !== null && helpers.includes(pinning.generator),
            signal,
          )
        : startFleetGenerator(fleet, target?.place?.remote === undefined),
    store: redis === null ? null : redisMeter(redis.control),
    probe: sendRaw,
    readMachineTime,
    readThrottling: throttlingReader(systemFiles),
    now: () => new Date(),
  }
  const { maxRate } = config
  return maxRate === undefined ? bench : limitedBench(bench, maxRate, timeOfRun(signal))
}

/** Where something can lie in the way to it; null: nowhere, as before a cluster, which says itself where it is. */
function placeOf(redisUrl: string | null) {
  if (redisUrl === null) return null
  const { isCluster, addresses } = addressesOf(redisUrl)
  return isCluster ? null : addresses[0]
}

/** Of a Redis that one server asks: where it is lost, the others can be measured all the same. */
function meterOfOne(meter: StoreMeter): StoreMeter {
  const told = async <Value>(asked: Promise<Value>): Promise<Value> => {
    try {
      return await asked
    } catch (error) {
      throw new AuthbenchError(
        'OWN_REDIS_LOST',
        `The Redis of this server alone is lost: ${messageOf(error)}`,
        {
          next: 'Check that the memory suffices for one Redis for each server, with --entries as it is.',
          exitCode: 3,
          cause: error,
        },
      )
    }
  }
  return {
    async measure() {
      const end = await told(meter.measure())
      return () => told(end())
    },
    memory: () => told(meter.memory()),
    clear: (prefix) => told(meter.clear(prefix)),
  }
}

/** Neither what it does while others are measured nor what its data take is counted for them. */
async function withOwnRedis(
  start: (url: string) => Promise<MovableSubject>,
  kind: string | null,
  core: number | null,
): Promise<MovableSubject> {
  const redis = await provideRedis(kind, core)
  try {
    const subject = await start(redis.url)
    return {
      ...subject,
      store: meterOfOne(redisMeter(redis.control)),
      async stop() {
        try {
          await subject.stop()
        } finally {
          await redis.release('')
        }
      },
    }
  } catch (error) {
    await redis.release('')
    throw error
  }
}
