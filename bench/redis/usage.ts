import type { StoreUse } from '../../src/results/cell.ts'
import { AuthbenchError } from '../../src/results/errors.ts'

/** Reply of INFO: field to value, sections dropped (field names are unique among them). */
export type RedisInfo = ReadonlyMap<string, string>

/** What the control connection itself has caused so far, to be taken out of the server's counters. */
export interface OwnTraffic {
  readonly commands: Readonly<Record<string, number>>
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** Counters of the server at one moment, since its start. */
export interface RedisSnapshot {
  /** Changes when the server restarts. */
  readonly runId: string
  /** Calls per command; a subcommand of a container command counts as `config|get`. */
  readonly commands: Readonly<Record<string, number>>
  readonly bytesIn: number
  readonly bytesOut: number
  /** User and system time of the server process, microseconds. */
  readonly cpuUs: number
  /** What data take: `used_memory` without the buffers of clients, replicas and the append-only file. */
  readonly memoryBytes: number
  readonly own: OwnTraffic
  /** Of a cluster: of each server, whose sum this is. */
  readonly nodes?: readonly RedisSnapshot[]
}

/** CPU time holds that of the second snapshot's predecessor too: one INFO, some hundred microseconds. */
export type RedisUse = StoreUse & { readonly cpuUs: number }

export function parseInfo(text: string): RedisInfo {
  const lines = text.split('\r\n').filter((line) => line.includes(':') && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}

/** Not `used_memory_dataset`, which leaves out the table of keys and what it keeps of each: both grow with every entry. */
const BUFFERS = ['mem_clients_normal', 'mem_clients_slaves', 'mem_replication_backlog', 'mem_aof_buffer']

/** What replicas send to their master, once a second each: nobody's requests cause it. */
const OF_REPLICAS = ['replconf', 'psync', 'sync']

export function snapshotOf(info: RedisInfo, own: OwnTraffic): RedisSnapshot {
  const number = (field: string) => Number(info.get(field) ?? 0)
  const commands: Record<string, number> = {}
  for (const [field, value] of info) {
    if (!field.startsWith('cmdstat_')) continue
    const command = field.slice('cmdstat_'.length)
    if (!OF_REPLICAS.includes(command)) commands[command] = Number(/^calls=(\d+)/.exec(value)?.[1] ?? 0)
  }
  return {
    runId: info.get('run_id') ?? '',
    commands,
    // What goes to replicas and comes from an own master is part of the totals; only Redis 7 and newer tell how much it is. What replicas acknowledge stays.
    bytesIn: number('total_net_input_bytes') - number('total_net_repl_input_bytes'),
    bytesOut: number('total_net_output_bytes') - number('total_net_repl_output_bytes'),
    cpuUs: Math.round((number('used_cpu_user') + number('used_cpu_sys')) * 1e6),
    memoryBytes: number('used_memory') - BUFFERS.reduce((sum, field) => sum + number(field), 0),
    own,
  }
}

/** Of the servers of a cluster. */
export function sumOf(nodes: readonly RedisSnapshot[]): RedisSnapshot {
  const total = (figure: (node: RedisSnapshot) => number) =>
    nodes.reduce((sum, node) => sum + figure(node), 0)
  return {
    runId: nodes.map(({ runId }) => runId).join(),
    commands: sumOfCommands(nodes.map(({ commands }) => commands)),
    bytesIn: total(({ bytesIn }) => bytesIn),
    bytesOut: total(({ bytesOut }) => bytesOut),
    cpuUs: total(({ cpuUs }) => cpuUs),
    memoryBytes: total(({ memoryBytes }) => memoryBytes),
    own: {
      commands: sumOfCommands(nodes.map(({ own }) => own.commands)),
      bytesSent: total(({ own }) => own.bytesSent),
      bytesReceived: total(({ own }) => own.bytesReceived),
    },
    nodes,
  }
}

function sumOfCommands(each: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {}
  for (const commands of each)
    for (const [command, calls] of Object.entries(commands)) sum[command] = (sum[command] ?? 0) + calls
  return sum
}

/**
 * What everybody but the harness did between two snapshots of one control connection. Commands with no calls
 * are left out.
 * @throws {AuthbenchError} REDIS_COUNTERS_RESET
 */
export function difference(before: RedisSnapshot, after: RedisSnapshot): RedisUse {
  // Counters that were reset on one server could pass unseen in the sum.
  for (const [index, node] of (after.nodes ?? []).entries()) difference(before.nodes?.[index] ?? node, node)
  const own = {
    bytesSent: after.own.bytesSent - before.own.bytesSent,
    bytesReceived: after.own.bytesReceived - before.own.bytesReceived,
  }
  const commands = Object.entries(after.commands)
    .map(([command, calls]): [string, number] => {
      const ownCalls = (after.own.commands[command] ?? 0) - (before.own.commands[command] ?? 0)
      return [command, calls - (before.commands[command] ?? 0) - ownCalls]
    })
    .filter(([, calls]) => calls !== 0)
  const use: RedisUse = {
    commands: Object.fromEntries(commands),
    bytesIn: after.bytesIn - before.bytesIn - own.bytesSent,
    bytesOut: after.bytesOut - before.bytesOut - own.bytesReceived,
    cpuUs: after.cpuUs - before.cpuUs,
  }
  const counts = [use.bytesIn, use.bytesOut, use.cpuUs, ...Object.values(use.commands)]
  if (before.runId !== after.runId || counts.some((count) => count < 0)) {
    throw new AuthbenchError('REDIS_COUNTERS_RESET', 'Redis was restarted, or its statistics were reset.', {
      next: 'Run again, and leave the Redis server alone while it runs.',
      exitCode: 3,
    })
  }
  return use
}
