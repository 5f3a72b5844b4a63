// In this folder: the Redis of a run, the user's or our own. Its figures are read here, and our keys are removed.

import { urlsOfCluster } from '../../servers/stores/cluster/cluster-url.ts'
import { messageOf } from '../../src/results/errors.ts'
import { startOwnCluster } from './cluster/own-cluster.ts'
import { connectRedis, type RedisControl } from './connection.ts'
import { watchKeys } from './janitor.ts'
import { startOwnRedis } from './server.ts'

export interface ProvidedRedis {
  readonly url: string
  readonly origin: 'own' | 'given'
  readonly control: RedisControl
  /** Removes what is under the prefix, closes, and stops the server if it is ours. @returns what could not be removed, in words */
  release(prefix: string): Promise<string | null>
}

/** In the place of a URL: a throwaway cluster. */
export const OWN_CLUSTER = 'cluster'

/** Whose Redis it is that `--redis` says. */
export const originOfRedis = (url: string | null): ProvidedRedis['origin'] =>
  url === null || url === OWN_CLUSTER ? 'own' : 'given'

/** Whether it is a cluster that `--redis` says. */
export const namesCluster = (url: string | null): boolean =>
  url !== null && (url === OWN_CLUSTER || urlsOfCluster(url) !== null)

/** How a command that is printed names it: an address may hold a password. */
export const redisOption = (url: string | null): string | null =>
  url === null ? null : originOfRedis(url) === 'given' ? 'URL' : url

/** One of our own, as this one is: a single server or a cluster. */
export const anotherLike = ({ masters }: Pick<RedisControl, 'masters'>): string | null =>
  masters === null ? null : OWN_CLUSTER

/**
 * The user's Redis when a URL is given, otherwise a throwaway one.
 * @throws AuthbenchError REDIS_*
 */
export async function provideRedis(url: string | null, core: number | null): Promise<ProvidedRedis> {
  const origin = originOfRedis(url)
  const own =
    origin === 'given' ? null : await (url === OWN_CLUSTER ? startOwnCluster(core) : startOwnRedis({ core }))
  const address = own?.url ?? url ?? ''
  try {
    const control = await connectRedis(address)
    return {
      url: address,
      origin,
      control,
      async release(prefix) {
        try {
          // Our own server goes as a whole.
          if (own === null) await control.deletePrefix(prefix)
          return null
        } catch (error) {
          return `Keys that match '${prefix}*' may be left in Redis, until they expire: ${messageOf(error)}`
        } finally {
          await control.close()
          await own?.stop()
        }
      },
    }
  } catch (error) {
    await own?.stop()
    throw error
  }
}

export interface RedisOfCommand {
  /** Of the user's Redis; `cluster`: a cluster of our own; null: a server of our own. */
  readonly url: string | null
  /** Of our own. */
  readonly core: number | null
  readonly keyPrefix: string
  readonly signal: AbortSignal
  /** Removes the keys and stops our own Redis at its end. */
  readonly cleanup: AsyncDisposableStack
  /** What could not be removed is said here. */
  readonly output: { write(text: string): unknown }
}

/**
 * The Redis of one command, from here to the end of its cleanup.
 * @throws AuthbenchError REDIS_*
 */
export async function redisOfCommand(command: RedisOfCommand): Promise<ProvidedRedis> {
  const { url, core, keyPrefix, signal, cleanup, output } = command
  if (url !== null && originOfRedis(url) === 'given') cleanup.defer(await watchKeys(url, keyPrefix, signal))
  const redis = await provideRedis(url, core)
  cleanup.defer(async () => {
    const left = await redis.release(keyPrefix)
    if (left !== null) output.write(`${left}\n`)
  })
  return redis
}
