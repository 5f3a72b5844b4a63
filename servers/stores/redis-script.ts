import { hash } from 'node:crypto'
import type { RedisLink } from './redis-link.ts'

export type RedisScript = (keys: readonly string[], values: readonly (string | number)[]) => Promise<unknown>

/**
 * Several steps that Redis runs as one, in one round trip. Only the script's hash is sent; the text follows where
 * Redis does not know it, as after its restart. `keys` are names, to which the link adds its prefix.
 */
export function redisScript({ client, key, ask }: RedisLink, text: string): RedisScript {
  const digest = hash('sha1', text, 'hex')
  return (names, values) => {
    const keys = names.map(key)
    const run = async () => {
      try {
        return await client.evalsha(digest, keys.length, ...keys, ...values)
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
        return client.eval(text, keys.length, ...keys, ...values)
      }
    }
    return ask(run())
  }
}
