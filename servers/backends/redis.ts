import { type KeyValueStore, StoreUnavailableError } from '../contract.ts'
import { inBatches } from './batches.ts'
import type { RedisLink } from './redis-link.ts'

/** Values in Redis, over a link that the store closes. */
export function redisStore({ client, key, ask, close }: RedisLink): KeyValueStore {
  return {
    get: (name) => ask(client.get(key(name))),
    getAndTouch: (name, ttlSeconds) => ask(client.getex(key(name), 'EX', ttlSeconds)),
    exists: async (name) => (await ask(client.exists(key(name)))) === 1,
    async set(name, value, ttlSeconds) {
      await ask(client.set(key(name), value, 'EX', ttlSeconds))
    },
    async setMany(entries, ttlSeconds) {
      for (const batch of inBatches(entries)) {
        const pipeline = client.pipeline()
        for (const [name, value] of batch) pipeline.set(key(name), value, 'EX', ttlSeconds)
        const replies = await ask(pipeline.exec())
        const failed = replies?.find(([error]) => error !== null)
        if (failed !== undefined) throw new StoreUnavailableError(failed[0])
      }
    },
    async delete(name) {
      await ask(client.del(key(name)))
    },
    close,
  }
}
