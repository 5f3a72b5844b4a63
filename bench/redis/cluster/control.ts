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
  return controlOf(nodes, nameOf(masters), deadlineMs)
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

const nameOf = (masters: readonly RedisAddress[]): string =>
  masters
    .map(({ host, port }) => `${host}:${port}`)
    .toSorted()
    .join(', ')

/** @param known who its masters were when the run began: of others nobody reads the counters */
function controlOf(nodes: readonly NodeControl[], known: string, deadlineMs: number): RedisControl {
  const [first] = nodes
  if (first === undefined) throw new TypeError('a cluster without masters')
  const all = <T>(ask: (node: NodeControl) => Promise<T>) => Promise.all(nodes.map(ask))
  return {
    product: first.product,
    version: first.version,
    masters: nodes.length,
    replicas: nodes.reduce((sum, { replicas }) => sum + replicas, 0),
    processIds: nodes.map(({ processId }) => processId),
    isLocal: nodes.every(({ isLocal }) => isLocal),
    async snapshot() {
      const snapshots = await all((node) => node.snapshot())
      const masters = nameOf(await first.masters())
      if (masters !== known) throw mastersChanged(known, masters)
      return sumOf(snapshots)
    },
    async setHousekeeping(hertz) {
      await all((node) => node.setHousekeeping(hertz))
    },
    async deletePrefix(prefix) {
      const masters = await anyMasters(nodes)
      // Keys go where their slots go.
      const others = nameOf(masters) === known ? null : await connectCluster(masters, deadlineMs)
      try {
        if (others !== null) return await others.deletePrefix(prefix)
        const deleted = await all((node) => node.deletePrefix(prefix))
        return deleted.reduce((sum, count) => sum + count, 0)
      } finally {
        await others?.close()
      }
    },
    async close() {
      await all((node) => node.close())
    },
  }
}

/** As somebody of those who are left sees it. */
async function anyMasters(nodes: readonly NodeControl[]): Promise<readonly RedisAddress[]> {
  try {
    return await Promise.any(nodes.map((node) => node.masters()))
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error
  }
}

const mastersChanged = (before: string, after: string) =>
  new AuthbenchError(
    'REDIS_MASTERS_CHANGED',
    `The masters of the Redis cluster were ${before} when the run began, and are ${after}.`,
    { next: 'Run again when no failover and no resharding is under way.', exitCode: 3 },
  )
