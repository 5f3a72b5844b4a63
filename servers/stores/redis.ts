import type { KeyValueStore } from '../contract.ts'
import { pipelined } from './pipelined.ts'
import type { RedisLink } from './redis-link.ts'

/** Values in Redis, over a link that the store closes. */
export function redisStore(link: RedisLink): KeyValueStore {
  const { client, key, ask, close } = link
  return {
    get: (name) => ask(client.get(key(name))),
    getAndTouch: (name, ttlSeconds) => ask(client.getex(key(name), 'EX', ttlSeconds)),
    exists: async (name) => (await ask(client.exists(key(name)))) === 1,
    async set(name, value, ttlSeconds) {
      await ask(client.set(key(name), value, 'EX', ttlSeconds))
    },
    async setMany(entries, ttlSeconds) {
      await pipelined(
        link,
        entries,
        ([name]) => key(name),
        (pipeline, [, value], own) => pipeline.set(own, value, 'EX', ttlSeconds),
      )
    },
    async delete(name) {
      await ask(client.del(key(name)))
    },
    close,
  }
}
