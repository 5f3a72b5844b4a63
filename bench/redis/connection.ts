import { addressesOf } from './address.ts'
import { connectCluster } from './cluster/control.ts'
import { connectNode } from './node.ts'
import type { RedisSnapshot } from './usage.ts'

/** The harness's own connection to a Redis, its own or the user's. What it counts and removes is that of all servers of it. */
export interface RedisControl {
  readonly product: 'Redis' | 'Valkey'
  /** Of the product: '7.0.15'. */
  readonly version: string
  /** Of a cluster; null: a single server. */
  readonly masters: number | null
  /** That were connected at first. What they acknowledge, some 40 bytes a second each, cannot be told from other input. */
  readonly replicas: number
  /** As the servers see themselves; of other processes, or none, where `isLocal` is false. */
  readonly processIds: readonly number[]
  /** The servers are processes of this machine that `/proc` shows, so their CPU time can be read there. */
  readonly isLocal: boolean
  /** @throws {AuthbenchError} REDIS_LOST, REDIS_MASTERS_CHANGED */
  snapshot(): Promise<RedisSnapshot>
  /**
   * How often a second it does its housekeeping, from 1 to 500. Only of a server that is ours.
   * @throws {AuthbenchError} REDIS_LOST
   */
  setHousekeeping(hertz: number): Promise<void>
  /**
   * Removes the keys that start with it, and no other; never a FLUSH.
   * @returns how many there were
   * @throws {AuthbenchError} REDIS_LOST
   */
  deletePrefix(prefix: string): Promise<number>
  close(): Promise<void>
}

const DEADLINE_MS = 3_000

/**
 * Connects once, without retries, and checks that it is one that can be measured.
 * @throws {AuthbenchError} within 5 s for each server that the URL names: REDIS_URL_INVALID, REDIS_REFUSED, REDIS_HOST_UNKNOWN,
 * REDIS_TIMEOUT, REDIS_AUTH, REDIS_TLS, REDIS_PROTOCOL, REDIS_TOO_OLD, REDIS_LOADING, REDIS_NOT_WRITABLE, REDIS_CLUSTER,
 * REDIS_NOT_CLUSTER, REDIS_CLUSTER_DOWN, REDIS_CLUSTER_INCOMPLETE
 */
export async function connectRedis(url: string, deadlineMs = DEADLINE_MS): Promise<RedisControl> {
  const { isCluster, addresses } = addressesOf(url)
  const [first] = addresses
  if (isCluster) return connectCluster(addresses, deadlineMs)
  const { masters: _, processId, ...control } = await connectNode(first, 'alone', deadlineMs)
  return { ...control, masters: null, processIds: [processId] }
}
