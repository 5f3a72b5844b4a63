import { setTimeout as delay } from 'node:timers/promises'
import { askRedis } from '../../process/ask-redis.ts'
import { onFreePort } from '../../process/free-port.ts'
import { readyRedis } from '../../process/ready-redis.ts'
import { CLUSTER_SETTINGS } from '../../process/redis-cluster.ts'
import type { RedisProcess } from '../../process/redis-process.ts'

export interface ClusterServer {
  readonly port: number
  readonly server: RedisProcess
}

const STEP_MS = 20
const LIMIT_MS = 20_000

/**
 * Starts a replica of a master, kills the master once the replica has all that it had, and puts the replica in its place, as an operator
 * does who does not wait for a vote.
 * @param others the masters that stay
 * @returns the replica
 */
export async function failOver(
  binary: string,
  master: ClusterServer,
  others: readonly ClusterServer[],
): Promise<ClusterServer> {
  const replica = await onFreePort(async (port) => ({
    port,
    server: await readyRedis(binary, port, { settings: CLUSTER_SETTINGS }),
  }))
  const own = replica.port
  const stay = others.map(({ port }) => port)
  try {
    const id = await askRedis(master.port, 'CLUSTER', 'MYID')
    // Heard of by gossip alone, it would be known to some only after a while.
    for (const port of [master.port, ...stay]) await askRedis(own, 'CLUSTER', 'MEET', '127.0.0.1', port)
    await until('is known as a replica', async () => {
      // Not known yet.
      const reply = await askRedis(own, 'CLUSTER', 'REPLICATE', id).catch(() => null)
      return reply === 'OK'
    })
    await until('has what its master has', async () =>
      (await askRedis(own, 'INFO', 'replication')).includes('master_link_status:up'),
    )
    // What it says at once, when it takes over, goes to those with whom it is connected.
    for (const port of stay) {
      await until('is known to the others', () => isConnected(port, own))
      await until('knows the others', () => isConnected(own, port))
    }
    // It takes over the slots that its master has, as far as it has heard.
    await until('knows the slots of its master', async () => (await mastersIn(own)).includes(master.port))
    await master.server.kill()
    await askRedis(own, 'CLUSTER', 'FAILOVER', 'TAKEOVER')
    for (const port of [own, ...stay])
      await until('is where the others look', async () => {
        const masters = await mastersIn(port)
        return masters.includes(own) && !masters.includes(master.port)
      })
    return replica
  } catch (error) {
    await replica.server.kill()
    throw error
  }
}

/** What one server knows of the others: a line for each, with name, address, flags, master, three times, state of the link, slots. */
const nodesKnownTo = async (port: number) =>
  (await askRedis(port, 'CLUSTER', 'NODES')).split('\n').map((line) => {
    const [, address = '', flags = '', , , , , link, ...slots] = line.split(' ')
    const known = Number(/:(\d+)@/.exec(address)?.[1])
    return { port: known, flags: flags.split(','), isConnected: link === 'connected', slots }
  })

async function isConnected(port: number, other: number): Promise<boolean> {
  const known = (await nodesKnownTo(port)).find((node) => node.port === other)
  return known?.isConnected === true && !known.flags.includes('handshake')
}

/** Those that have slots. */
const mastersIn = async (port: number) =>
  (await nodesKnownTo(port)).filter(({ slots }) => slots.length > 0).map((node) => node.port)

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + LIMIT_MS
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`the replica never ${what}`)
    await delay(STEP_MS)
  }
}
