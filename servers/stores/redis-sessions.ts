import type { SessionStore, StoredSession } from '../sessions/keeper.ts'
import { inBatches } from './batches.ts'
import { executed, type Pipeline, pipelined } from './pipelined.ts'
import type { RedisLink } from './redis-link.ts'

export interface RedisSessions extends SessionStore {
  /** Starts the idle time anew in the same step: what was deleted meanwhile stays deleted. */
  getAndTouch(name: string, idleSeconds: number): Promise<string | null>
  keyOf(name: string): string
}

/**
 * Sessions in Redis, each under a key of its own, and for each owner a sorted set of names by the second in which
 * they end: what has ended is dropped at the next login, or the set of a user who never logs out would only grow.
 */
export function redisSessions(link: RedisLink, now: () => number): RedisSessions {
  const { client, key, ask, tags } = link
  const keyOf = (name: string) => key(`session:${tags.tagOf(name)}${name}`)
  const indexOf = (owner: string) => key(`sessions-of:${tags.tagOf(owner)}${owner}`)

  function write(pipeline: Pipeline, { name, owner, value, expiresAt, until }: StoredSession): void {
    const second = now() / 1000
    pipeline.set(keyOf(name), value, 'EX', Math.ceil(expiresAt - second))
    pipeline.zadd(indexOf(owner), until, name)
    pipeline.expire(indexOf(owner), Math.ceil(until - second))
  }

  return {
    keyOf,
    adopt: tags.adopt,
    get: (name) => ask(client.get(keyOf(name))),
    getAndTouch: (name, idleSeconds) => ask(client.getex(keyOf(name), 'EX', idleSeconds)),
    add(session) {
      const pipeline = client.multi()
      pipeline.zremrangebyscore(indexOf(session.owner), '-inf', String(now() / 1000))
      write(pipeline, session)
      return executed(pipeline, ask)
    },
    addMany: (sessions) => pipelined(link, sessions, ({ name }) => keyOf(name), write),
    take: (name) => ask(client.getdel(keyOf(name))),
    async forget(owner, name) {
      await ask(client.zrem(indexOf(owner), name))
    },
    async takeAll(owner) {
      const names = await ask(client.zrange(indexOf(owner), 0, '-1'))
      for (const batch of inBatches(names)) {
        const pipeline = client.pipeline()
        pipeline.del(...batch.map(keyOf))
        // Only these, not the whole set: a login may have come meanwhile.
        pipeline.zrem(indexOf(owner), ...batch)
        await executed(pipeline, ask)
      }
    },
  }
}
