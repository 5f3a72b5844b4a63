import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { onFreePort } from './free-port.ts'
import { RedisNotReadyError, readyRedis } from './ready-redis.ts'
import type { RedisProcess } from './redis-process.ts'

/** Servers that share all keys among them. None has a copy of another: what one holds is lost with it. */
export interface ClusterProcesses {
  /** Names every one of them. */
  readonly url: string
  readonly ports: readonly number[]
  readonly servers: readonly RedisProcess[]
  /** Resolves when all are dead and their folders removed. May be called more than once. */
  stop(): Promise<void>
}

/** As many as make a cluster: with fewer, none could be outvoted. */
const MASTERS = 3
const SLOTS = 16_384
/** A master alone waits two seconds before it takes writes, by itself. */
const JOIN_MS = 20_000
const POLL_MS = 50

const SETTINGS = [
  ['--cluster-enabled', 'yes'],
  // Where one is lost, the others go on with what they have.
  ['--cluster-require-full-coverage', 'no'],
  // A server that is kept from running for a while, as on a busy machine, is no lost one.
  ['--cluster-node-timeout', '60000'],
].flat()

export interface ClusterOptions {
  /** Words that start each in another way, such as `taskset`. */
  readonly before?: readonly string[]
  /** Of an earlier one, in whose place this one comes; absent: any free ones. */
  readonly ports?: readonly number[]
}

/** @throws RedisNotReadyError */
export async function startCluster(
  binary: string,
  { before = [], ports: wanted }: ClusterOptions = {},
): Promise<ClusterProcesses> {
  const start = async (port: number) => ({
    port,
    server: await readyRedis(binary, port, { before, settings: SETTINGS }),
  })
  const starting =
    wanted === undefined ? Array.from({ length: MASTERS }, () => onFreePort(start)) : wanted.map(start)
  const outcomes = await Promise.allSettled(starting)
  const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const servers = started.map(({ server }) => server)
  const ports = started.map(({ port }) => port)
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()))
  }
  try {
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    await join(ports, servers)
  } catch (error) {
    await stop()
    throw error instanceof RedisNotReadyError ? error : new RedisNotReadyError([String(error)])
  }
  return {
    url: `redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`,
    ports,
    servers,
    stop,
  }
}

/** As `redis-cli --cluster create` does it, which asks a person and waits longer. */
async function join(ports: readonly number[], servers: readonly RedisProcess[]): Promise<void> {
  // Loaded only where it is used.
  const ioredis = await import('ioredis')
  const nodes = ports.map(
    (port) =>
      new ioredis.Redis(port, '127.0.0.1', {
        lazyConnect: true,
        retryStrategy: null,
        commandTimeout: JOIN_MS,
      }),
  )
  try {
    for (const node of nodes) node.on('error', () => {})
    await Promise.all(nodes.map((node) => node.connect()))
    await Promise.all(
      nodes.map(async (node, index) => {
        // Alike, they would have to agree first on who may keep which slots.
        await node.cluster('SET-CONFIG-EPOCH', index + 1)
        await node.cluster('ADDSLOTS', ...slotsOf(index, nodes.length))
      }),
    )
    for (const [index, node] of nodes.entries())
      for (const port of ports.slice(index + 1)) await node.cluster('MEET', '127.0.0.1', port)
    const until = performance.now() + JOIN_MS
    while (!(await Promise.all(nodes.map((node) => isWhole(node, nodes.length)))).every(Boolean)) {
      if (performance.now() > until) throw new RedisNotReadyError(servers.flatMap(({ log }) => log.slice(-3)))
      await delay(POLL_MS)
    }
  } finally {
    for (const node of nodes) node.disconnect()
  }
}

function slotsOf(index: number, count: number): number[] {
  const first = Math.round((index * SLOTS) / count)
  const end = Math.round(((index + 1) * SLOTS) / count)
  return Array.from({ length: end - first }, (_, offset) => first + offset)
}

/** Whether it knows of all the others, and where every slot is. */
async function isWhole(node: Redis, count: number): Promise<boolean> {
  const info = String(await node.cluster('INFO')).split('\r\n')
  return [`cluster_state:ok`, `cluster_slots_ok:${SLOTS}`, `cluster_size:${count}`].every((line) =>
    info.includes(line),
  )
}
