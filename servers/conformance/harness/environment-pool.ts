import { generateKeys } from '../../tokens/keys.ts'
import type { ConformanceEnvironment } from './checked-server.ts'
import { startTestCluster } from './test-cluster.ts'
import { startRedis, type TestStore } from './test-redis.ts'

/** What the strategies keep their entries in. */
export type RedisKind = 'server' | 'cluster'

export interface EnvironmentPool {
  /** Waits until one of the environments is free; no two strategies ever have the same one at a time. */
  lend<T>(work: (environment: ConformanceEnvironment) => Promise<T>): Promise<T>
  /** Ends every Redis of the pool, whatever is still using it. */
  close(): Promise<void>
}

/** Strategies at a time. They wait more than they work; with more of them, deadlines are missed on two cores. */
export const ENVIRONMENTS = 5

/**
 * Environments for strategies that are checked at the same time, each with a Redis of its own, because cases pause and kill it.
 * @throws AuthbenchError `REDIS_MISSING`
 */
export async function environmentPool({
  redis: kind,
  signal,
}: {
  /** Null: none of the strategies needs one. */
  readonly redis: RedisKind | null
  readonly signal: AbortSignal
}): Promise<EnvironmentPool> {
  const [keys, otherKeys] = await Promise.all([generateKeys(), generateKeys()])
  const started: TestStore[] = []
  const close = async () => {
    await Promise.all(started.map((redis) => redis.stop()))
  }
  const start = kind === 'cluster' ? startTestCluster : startRedis
  const starting = await Promise.allSettled(
    Array.from({ length: kind === null ? 0 : ENVIRONMENTS }, async () => started.push(await start())),
  )
  for (const outcome of starting) {
    if (outcome.status === 'fulfilled') continue
    await close()
    throw outcome.reason
  }
  const free = Array.from(
    { length: ENVIRONMENTS },
    (_, index): ConformanceEnvironment => ({ keys, otherKeys, redis: started[index] ?? null, signal }),
  )
  const waiting: ((environment: ConformanceEnvironment) => void)[] = []

  return {
    async lend(work) {
      const environment =
        free.pop() ?? (await new Promise<ConformanceEnvironment>((resolve) => waiting.push(resolve)))
      try {
        return await work(environment)
      } finally {
        const next = waiting.shift()
        if (next === undefined) free.push(environment)
        else next(environment)
      }
    },
    close,
  }
}
