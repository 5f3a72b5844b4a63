import type { AddressInfo } from 'node:net'
import { AuthbenchError } from '../src/errors.ts'
import { buildApp } from './app.ts'
import { memoryStore } from './backends/memory.ts'
import { redisStore } from './backends/redis.ts'
import type {
  AuthStrategy,
  KeyMaterial,
  KeyValueStore,
  MaybePromise,
  StrategyDeps,
  TokenProfile,
  Transport,
} from './contract.ts'

export interface ServerOptions {
  readonly keys: KeyMaterial
  readonly token: TokenProfile
  readonly ttlSeconds: number
  readonly transport: Transport
  /** Null when the strategy needs no Redis. */
  readonly redisUrl: string | null
  /** Every key that the server writes starts with it. */
  readonly keyPrefix: string
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export interface RunningServer {
  readonly port: number
  /** One credential for each subject, in their order. */
  issue(subjects: readonly string[]): Promise<string[]>
  /** Open connections are closed, not waited for. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'
/** Enough for a store to answer in batches, few enough not to flood it. */
const ISSUE_CONCURRENCY = 16

/**
 * Opens the strategy and its stores and listens.
 * @throws AuthbenchError `WEAK_KEY`, `REDIS_UNREACHABLE`, `REDIS_MISSING`, `BACKEND_NOT_DECLARED`
 */
export async function startServer(strategy: AuthStrategy, options: ServerOptions): Promise<RunningServer> {
  const stores: KeyValueStore[] = []
  const closeStores = () => Promise.all(stores.map((store) => store.close()))
  try {
    const authenticator = await strategy.open(dependencies(strategy, options, stores))
    const app = await buildApp(authenticator, options)
    await app.listen({ host: HOST, port: options.port })
    return {
      port: (app.server.address() as AddressInfo).port,
      issue: (subjects) => issueAll(subjects, (subject) => authenticator.issue(subject)),
      async close() {
        await app.close()
        await authenticator.close()
        await closeStores()
      },
    }
  } catch (error) {
    await closeStores()
    throw error
  }
}

/** Every store that is handed out is put on the list of those to close. */
function dependencies(strategy: AuthStrategy, options: ServerOptions, stores: KeyValueStore[]): StrategyDeps {
  const { now, ttlSeconds, keys, token, redisUrl, keyPrefix } = options
  return {
    now,
    ttlSeconds,
    keys,
    token,
    async store(backend) {
      if (!strategy.needs.includes(backend)) {
        throw new AuthbenchError('BACKEND_NOT_DECLARED', `${strategy.id} asks for ${backend} unannounced`, {
          next: `Add '${backend}' to its needs.`,
        })
      }
      if (backend === 'redis' && redisUrl === null) {
        throw new AuthbenchError('REDIS_MISSING', `${strategy.id} needs Redis and was given none`, {
          next: 'Give the URL of one with --redis.',
        })
      }
      const store =
        redisUrl === null || backend === 'memory' ? memoryStore(now) : await redisStore(redisUrl, keyPrefix)
      stores.push(store)
      return store
    },
  }
}

async function issueAll(
  subjects: readonly string[],
  issue: (subject: string) => MaybePromise<string>,
): Promise<string[]> {
  const credentials: string[] = []
  const queue = subjects.entries()
  async function work() {
    for (const [index, subject] of queue) credentials[index] = await issue(subject)
  }
  await Promise.all(Array.from({ length: ISSUE_CONCURRENCY }, work))
  return credentials
}
