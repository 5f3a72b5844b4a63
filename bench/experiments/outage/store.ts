// In this folder: a Redis that fails in one way.

import { startProxy } from '../../../servers/conformance/harness/redis-proxy.ts'
import { startRedis } from '../../../servers/conformance/harness/test-redis.ts'
import { pipelined } from '../../../servers/stores/pipelined.ts'
import { redisLink } from '../../../servers/stores/redis-link.ts'
import { type OutageFault, SLOW_MS } from '../../../src/experiments/outage/observation.ts'
import type { Stage } from '../../trials/experiment.ts'

export interface FailingStore {
  readonly url: string
  /** Resolves when the fault is there. */
  fail(): Promise<void>
  /** Resolves when it is over: Redis takes connections again. */
  mend(): Promise<void>
}

/** Room that Redis is left with, and what is written to it: so much more that nothing from before the flood stays. */
const ROOM_BYTES = 2_000_000
const VALUE_BYTES = 1000
const FLOOD_VALUES = 20_000
/** Nobody's request waits for it. */
const FLOOD_SILENCE_MS = 10_000

/** A throw-away Redis, and the way to make it fail. */
export async function failingStore(stage: Stage, fault: OutageFault): Promise<FailingStore> {
  const redis = await stage.keep(startRedis(), (started) => started.stop())
  const nothing = async () => undefined
  switch (fault) {
    case 'killed': {
      let snapshot: Uint8Array | undefined
      return {
        url: redis.url,
        async fail() {
          snapshot = await redis.snapshot()
          await redis.kill()
        },
        mend: () => redis.restart(snapshot),
      }
    }
    case 'paused':
      return { url: redis.url, fail: async () => redis.pause(), mend: async () => redis.resume() }
    case 'slow': {
      const proxy = await stage.keep(startProxy(redis.url), (started) => started.close())
      return {
        url: proxy.url,
        fail: async () => proxy.slow(SLOW_MS),
        mend: async () => proxy.slow(0),
      }
    }
    case 'emptied':
      return {
        url: redis.url,
        async fail() {
          await redis.kill()
          await redis.restart()
        },
        mend: nothing,
      }
    case 'evicting':
      return { url: redis.url, fail: () => flood(stage, redis.url), mend: nothing }
  }
}

/** Others fill a Redis that has a limit and, as is usual for a cache, makes room by dropping what was used least lately. */
async function flood(stage: Stage, url: string): Promise<void> {
  const link = await stage.keep(redisLink(url, ''), (started) => started.close())
  const client = link.connect({ silenceMs: FLOOD_SILENCE_MS })
  await client.connect()
  const [, used = '0'] = /used_memory:(\d+)/.exec(await client.info('memory')) ?? []
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
  await client.config('SET', 'maxmemory', Number(used) + ROOM_BYTES)
  const value = 'x'.repeat(VALUE_BYTES)
  await pipelined(
    { ...link, client },
    Array(FLOOD_VALUES).keys(),
    (index) => `others:${index}`,
    (pipeline, _, key) => pipeline.set(key, value),
  )
  await link.close()
}
