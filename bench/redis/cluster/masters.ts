import { AuthbenchError } from '../../../src/results/errors.ts'
import type { RedisAddress } from '../address.ts'

const SLOTS = 16_384

/**
 * The masters in the reply to CLUSTER SLOTS: ranges of slots, each with its master, then its replicas.
 * @param asked who replied; its login is everybody's
 * @throws AuthbenchError REDIS_CLUSTER_INCOMPLETE
 */
export function mastersIn(reply: unknown, asked: RedisAddress): readonly RedisAddress[] {
  const masters = new Map<string, RedisAddress>()
  let covered = 0
  for (const range of lines(reply)) {
    const [first, last, master] = lines(range)
    const [host, port] = lines(master)
    covered += Number(last) - Number(first) + 1
    // A cluster that does not know its names says nothing: it is where it was asked.
    const name = typeof host === 'string' && host !== '' ? host : asked.host
    const shown = `${asked.tls ? 'rediss' : 'redis'}://${name.includes(':') ? `[${name}]` : name}:${port}`
    masters.set(shown, {
      ...asked,
      host: name,
      port: Number(port),
      shown: `${shown} (a master of the cluster)`,
    })
  }
  if (covered === SLOTS) return [...masters.values()]
  throw new AuthbenchError(
    'REDIS_CLUSTER_INCOMPLETE',
    `The cluster at ${asked.shown} has a master for ${covered} of its ${SLOTS} slots.`,
    { next: 'Assign the others (redis-cli --cluster fix HOST:PORT), then run again.', exitCode: 3 },
  )
}

const lines = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
