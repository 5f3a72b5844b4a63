import type { KeyMaterial, TokenProfile } from '../servers/contract.ts'
import type { RunConfig } from '../src/results.ts'
import type { StrategyInfo } from '../src/strategy-info.ts'
import type { Pinning } from './machine/pinning.ts'
import { readMachineTime } from './machine/proc-stat.ts'
import type { Bench } from './ports.ts'
import { sendRaw } from './probe.ts'
import { startGeneratorProcess } from './process/generator-process.ts'
import { OWN_SERVERS, startServerProcess } from './process/server-process.ts'
import type { RedisControl } from './redis/connection.ts'
import { redisMeter } from './redis/meter.ts'

export interface MachineBenchOptions {
  readonly config: RunConfig
  readonly strategies: readonly StrategyInfo[]
  readonly pinning: Pinning
  readonly redis: { readonly url: string; readonly control: RedisControl } | null
  readonly keys: KeyMaterial
  readonly token: TokenProfile
  /** Start of the servers of the other checkout; null where there is none. */
  readonly base: URL | null
  readonly signal: AbortSignal
}

/** The real thing: child processes, sockets, Redis, /proc. */
export function machineBench(options: MachineBenchOptions): Bench {
  const { config, pinning, redis, keys, token, base, signal } = options
  const needsRedis = new Set(
    options.strategies.filter(({ needs }) => needs.includes('redis')).map(({ id }) => id),
  )
  return {
    startSubject: (strategy, arm, keyPrefix) =>
      startServerProcess(
        {
          strategy,
          keys,
          token,
          keyPrefix,
          ttlSeconds: config.ttlSeconds,
          transport: config.transport,
          redisUrl: needsRedis.has(strategy) ? (redis?.url ?? null) : null,
          port: 0,
        },
        arm === 'base' && base !== null ? base : OWN_SERVERS,
        pinning.server,
        signal,
      ),
    startGenerator: () =>
      startGeneratorProcess(
        pinning.generator,
        pinning.redis !== null && pinning.redis === pinning.generator,
        signal,
      ),
    store: redis === null ? null : redisMeter(redis.control),
    probe: sendRaw,
    readMachineTime,
    now: () => new Date(),
  }
}
