/** One task of `authbench micro`: a process of its own, with the options of a server. */

import { rmSync } from 'node:fs'
import type { StrategyDeps } from '../../servers/contract.ts'
import { memoryStore } from '../../servers/stores/memory.ts'
import { redisStore } from '../../servers/stores/redis.ts'
import { redisLink } from '../../servers/stores/redis-link.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { type MicroClock, measure } from './measure.ts'
import type { FromMicro, ToMicro } from './messages.ts'
import { TASKS } from './registry.ts'
import { type MicroContext, NotApplicable } from './task.ts'

const clock: MicroClock = {
  nowNs: process.hrtime.bigint,
  cpuNs() {
    const { user, system } = process.cpuUsage()
    return (user + system) * 1000
  },
}

async function answer(message: ToMicro): Promise<FromMicro> {
  const { task: id, warmUpMs, measureMs } = message
  const task = TASKS.find((each) => each.id === id)
  if (task === undefined) throw new Error(`no task '${id}'`)
  const alone = aloneWith(message)
  const context: MicroContext = { alone, withRedis: withRedis(alone, message) }
  try {
    const operation = await task.open(context)
    try {
      const measured = await measure(operation, { inFlight: task.inFlight, warmUpMs, measureMs }, clock)
      return { type: 'measured', measured }
    } finally {
      await operation.close()
    }
  } catch (error) {
    if (error instanceof NotApplicable) return { type: 'measured', measured: null }
    throw error
  }
}

function aloneWith({ keys, token, ttlSeconds, folder }: ToMicro): StrategyDeps {
  // One Redis has one set of keys, however often a strategy asks for it.
  const insteadOfRedis = memoryStore(Date.now)
  return {
    now: Date.now,
    clock: () => performance.now(),
    ttlSeconds,
    keys,
    token,
    folder,
    authServer: null,
    store: async (backend) => (backend === 'redis' ? insteadOfRedis : memoryStore(Date.now)),
    redis: () => Promise.reject(new NotApplicable('it uses Redis for more than a store of values')),
  }
}

function withRedis(alone: StrategyDeps, { redis: place }: ToMicro): StrategyDeps {
  const redis = async () => {
    if (place === null) {
      throw new AuthbenchError('REDIS_MISSING', 'the task needs Redis and was given none', {
        next: 'Report this: whoever starts the task has to start Redis.',
      })
    }
    return redisLink(place.url, place.keyPrefix)
  }
  return {
    ...alone,
    redis,
    store: async (backend) => (backend === 'redis' ? redisStore(await redis()) : alone.store(backend)),
  }
}

function send(message: FromMicro): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

function failure(error: unknown): FromMicro {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'TASK_FAILED'
  return { type: 'failed', code, message: messageOf(error) }
}

let folder: string | null = null
process.on('message', (message: ToMicro) => {
  folder = message.folder
  answer(message).then(send, (error: unknown) => send(failure(error)))
})
// A terminal sends Ctrl-C to the whole group; when this process goes is the runner's decision.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => {
  // The parent removes it, unless it was killed.
  if (folder !== null) rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})
