// In this folder: a Redis Cluster as the Redis of a run. What is asked of one server is asked of every master.

import { AuthbenchError } from '../../../src/results/errors.ts'
import type { RedisAddress } from '../address.ts'
import type { RedisControl } from '../connection.ts'
import { connectNode, type NodeControl } from '../node.ts'
import { sumOf } from '../usage.ts'

/**
 * @param addresses of one server or more of it; the first that answers tells the others
 * @throws {AuthbenchError} as `connectRedis`
 */
export async function connectCluster(
  addresses: readonly RedisAddress[],
  deadlineMs: number,
): Promise<RedisControl> {
  const masters = await mastersOf(addresses, deadlineMs)
  const outcomes = await Promise.allSettled(
    masters.map((address) => connectNode(address, 'in a cluster', deadlineMs)),
  )
  const nodes = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue
    await Promise.all(nodes.map((node) => node.close()))
    throw outcome.reason
  }
  return controlOf(nodes)
}

/** A server that is away may be none that is needed. */
async function mastersOf(
  addresses: readonly RedisAddress[],
  deadlineMs: number,
): Promise<readonly RedisAddress[]> {
  let failure: unknown = null
  for (const address of addresses) {
    try {
      const node = await connectNode(address, 'in a cluster', deadlineMs)
      try {
        return await node.masters()
      } finally {
        await node.close()
      }
    } catch (error) {
      // Whoever answers has said what is wrong.
      if (!(error instanceof AuthbenchError && AWAY.includes(error.code))) throw error
      failure ??= error
    }
  }
  throw failure
}

const AWAY = ['REDIS_REFUSED', 'REDIS_TIMEOUT', 'REDIS_HOST_UNKNOWN']

function controlOf(nodes: readonly NodeControl[]): RedisControl {
  const [first] = nodes
  if (first === undefined) throw new TypeError('a cluster without masters')
  const all = <T>(ask: (node: NodeControl) => Promise<T>) => Promise.all(nodes.map(ask))
  return {
    product: first.product,
    version: first.version,
    masters: nodes.length,
    processIds: nodes.map(({ processId }) => processId),
    isLocal: nodes.every(({ isLocal }) => isLocal),
    async snapshot() {
      const snapshots = await all((node) => node.snapshot())
      const masters = await first.masters()
      return sumOf(
        snapshots,
        masters.map(({ host, port }) => `${host}:${port}`),
      )
    },
    async setHousekeeping(hertz) {
      await all((node) => node.setHousekeeping(hertz))
    },
    async deletePrefix(prefix) {
      const deleted = await all((node) => node.deletePrefix(prefix))
      return deleted.reduce((sum, count) => sum + count, 0)
    },
    async close() {
      await all((node) => node.close())
    },
  }
}
