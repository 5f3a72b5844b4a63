import { AuthbenchError } from '../../src/errors.ts'
import { type KeyValueStore, StoreUnavailableError } from '../contract.ts'

/** A silent Redis is given up after this long; a 503 then reaches the client well within a second. */
const SILENCE_MS = 500
const RECONNECT_MS = 50

/**
 * A store in Redis. Every key starts with `keyPrefix`.
 *
 * Away (refused, killed, stopped) means `StoreUnavailableError`: for requests in flight after `SILENCE_MS` at the
 * latest, for later ones at once, because nothing is queued while there is no connection. It reconnects by itself.
 *
 * Two choices were measured as server CPU per request of session-redis behind HTTP, 16 and 64 connections:
 * one timer for the socket (74 and 55 us) over one for each command (84 and 65 us), and no automatic pipelining
 * (74 and 55 us) over it (79 and 58 us; one connection 219 against 268 us). Pipelining wins only in a bare loop
 * of 16 GETs (11 against 14 us), where all replies arrive in one tick.
 * @throws AuthbenchError `REDIS_UNREACHABLE` when the first connection fails
 */
export async function redisStore(url: string, keyPrefix: string): Promise<KeyValueStore> {
  // Loaded only where it is used: nine servers start in every round, and two of them need it.
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: () => RECONNECT_MS,
    disableClientInfo: true,
  })
  // ioredis prints errors that nobody listens to; each command reports its own.
  redis.on('error', () => {})
  try {
    await redis.connect()
  } catch (cause) {
    redis.disconnect()
    throw new AuthbenchError('REDIS_UNREACHABLE', `no usable Redis at ${placeOf(url)}`, {
      cause,
      next: 'Check that it runs and accepts the password of the URL, or give another one with --redis.',
    })
  }

  return {
    get: (key) => redis.get(keyPrefix + key).catch(unavailable),
    exists: async (key) => (await redis.exists(keyPrefix + key).catch(unavailable)) === 1,
    async set(key, value, ttlSeconds) {
      await redis.set(keyPrefix + key, value, 'EX', ttlSeconds).catch(unavailable)
    },
    async delete(key) {
      await redis.del(keyPrefix + key).catch(unavailable)
    },
    async close() {
      redis.disconnect()
    },
  }
}

function unavailable(cause: unknown): never {
  throw new StoreUnavailableError(cause)
}

/** Host and port only: the URL may hold a password. */
function placeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host || 'that URL' : 'that URL'
}
