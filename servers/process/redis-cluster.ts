import { setTimeout as delay } from 'node:timers/promises'
import { askRedis } from './ask-redis.ts'
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

/** Of every server of a cluster. */
export const CLUSTER_SETTINGS = [
  ['--cluster-enabled', 'yes'],
  // Where one is lost, the others go on with what they have.
  ['--cluster-require-full-coverage', 'no'],
  // A server that is kept from running for a while, as on a busy machine, is no lost one.
  ['--cluster-node-timeout', '60000'],
  ['--repl-diskless-sync-delay', '0'],
].flat()

export interface ClusterOptions {
  /** Words that start each in another way, such as `taskset`. */
  readonly before?: readonly string[]
  /** Of an earlier one, in whose place this one comes; absent: free ones are taken. */
  readonly ports?: readonly number[]
}

/** @throws RedisNotReadyError */
export async function startCluster(
  binary: string,
  { before = [], ports: wanted }: ClusterOptions = {},
): Promise<ClusterProcesses> {
  const start = async (port: number) => ({
    port,
    server: await readyRedis(binary, port, { before, settings: CLUSTER_SETTINGS }),
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
  await Promise.all(
    ports.map(async (port, index) => {
      // Alike, they would have to agree first on who may keep which slots.
      await askRedis(port, 'CLUSTER', 'SET-CONFIG-EPOCH', index + 1)
      await askRedis(port, 'CLUSTER', 'ADDSLOTS', ...slotsOf(index, ports.length))
    }),
  )
  for (const [index, port] of ports.entries())
    for (const other of ports.slice(index + 1)) await askRedis(port, 'CLUSTER', 'MEET', '127.0.0.1', other)
  const until = performance.now() + JOIN_MS
  while (!(await Promise.all(ports.map((port) => isWhole(port, ports.length)))).every(Boolean)) {
    if (performance.now() > until) throw new RedisNotReadyError(servers.flatMap(({ log }) => log.slice(-3)))
    await delay(POLL_MS)
  }
}

function slotsOf(index: number, count: number): number[] {
  const first = Math.round((index * SLOTS) / count)
  const end = Math.round(((index + 1) * SLOTS) / count)
  return Array.from({ length: end - first }, (_, offset) => first + offset)
}

/** Whether it knows of all the others, and where every slot is. */
async function isWhole(port: number, count: number): Promise<boolean> {
  const info = (await askRedis(port, 'CLUSTER', 'INFO')).split('\r\n')
  return [`cluster_state:ok`, `cluster_slots_ok:${SLOTS}`, `cluster_size:${count}`].every((line) =>
    info.includes(line),
  )
}
