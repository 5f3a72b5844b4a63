// In this folder: the Redis of a run, the user's or our own. Its figures are read here, and our keys are removed.

import { messageOf } from '../../src/results/errors.ts'
import { connectRedis, type RedisControl } from './connection.ts'
import { startOwnRedis } from './server.ts'

export interface ProvidedRedis {
  readonly url: string
  readonly origin: 'own' | 'given'
  readonly control: RedisControl
  /** Removes what is under the prefix, closes, and stops the server if it is ours. @returns what could not be removed, in words */
  release(prefix: string): Promise<string | null>
}

/**
 * The user's Redis when a URL is given, otherwise a throwaway one.
 * @throws AuthbenchError REDIS_*
 */
export async function provideRedis(url: string | null, core: number | null): Promise<ProvidedRedis> {
  const own = url === null ? await startOwnRedis({ core }) : null
  const address = url ?? own?.url ?? ''
  try {
    const control = await connectRedis(address)
    return {
      url: address,
      origin: own === null ? 'given' : 'own',
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
