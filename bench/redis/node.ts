import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { RedisAddress } from './address.ts'
import { mastersIn } from './cluster/masters.ts'
import type { RedisControl } from './connection.ts'
import { connectionFailure, lostConnection } from './failure.ts'
import { parseInfo, type RedisInfo, snapshotOf } from './usage.ts'

/** A server that pauses for less than this makes cells invalid, by what the strategies answer meanwhile; for longer, it ends the run. */
const PAUSE_LIMIT_MS = 10_000
/** Of ten servers with as many keys each, one writes none of these in a hundred thousand. */
const PROBES = 100
/** The oldest release that is still seen in distributions, and that the counters are checked against. */
const OLDEST = [6, 2] as const

/** A server of those that make a cluster, or the only one. */
export type Kind = 'alone' | 'in a cluster'

/** The harness's own connection to one server. */
export interface NodeControl extends Omit<RedisControl, 'processIds' | 'masters'> {
  /** As the server sees itself; of another process, or none, where `isLocal` is false. */
  readonly processId: number
  /**
   * Of the cluster that it is part of, as it sees it.
   * @throws {AuthbenchError} REDIS_CLUSTER_INCOMPLETE
   */
  masters(): Promise<readonly RedisAddress[]>
}

/**
 * Connects once, without retries, and checks that the server is one that can be measured.
 * @throws {AuthbenchError} within 5 s: REDIS_REFUSED, REDIS_HOST_UNKNOWN, REDIS_TIMEOUT, REDIS_AUTH, REDIS_TLS, REDIS_PROTOCOL,
 * REDIS_TOO_OLD, REDIS_LOADING, REDIS_NOT_WRITABLE, REDIS_CLUSTER, REDIS_NOT_CLUSTER, REDIS_CLUSTER_DOWN
 */
export async function connectNode(
  address: RedisAddress,
  kind: Kind,
  deadlineMs: number,
): Promise<NodeControl> {
  const redis = new Redis({
    host: address.host,
    port: address.port,
    ...(address.tls ? { tls: {} } : {}),
    protocol: 2,
    lazyConnect: true,
    connectTimeout: deadlineMs,
    commandTimeout: PAUSE_LIMIT_MS,
    // A server that hangs does not close its side either, and would keep this process from ending.
    disconnectTimeout: 100,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    // Each of these would send commands of its own, which nobody could take out of the counters.
    enableReadyCheck: false,
    disableClientInfo: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  })
  // ioredis reports why a connection failed only here; without a listener it prints it.
  let reported: unknown = null
  redis.on('error', (error: unknown) => {
    reported ??= error
  })
  try {
    return await withDeadline(address, deadlineMs, openControl(redis, address, kind))
  } catch (error) {
    redis.disconnect()
    throw connectionFailure(address, reported ?? error)
  }
}

async function openControl(redis: Redis, address: RedisAddress, kind: Kind): Promise<NodeControl> {
  await redis.connect()
  await authenticate(redis, address)
  if (address.database !== 0) await redis.select(address.database)
  const info = parseInfo(await redis.info('all'))
  checkServer(info, address, kind)
  await writeProbe(redis, kind)
  return control(redis, address, info, await isLocal(redis, processIdOf(info)), kind)
}

/** In a cluster most keys are another server's: after some of those nothing is known, and the servers under test will tell. */
async function writeProbe(redis: Redis, kind: Kind): Promise<void> {
  for (let tries = 1; tries <= PROBES; tries++) {
    const probe = `authbench:probe:${randomUUID()}`
    try {
      await redis.set(probe, '1', 'PX', 5_000)
      await redis.unlink(probe)
      return
    } catch (error) {
      if (kind === 'alone' || !(error instanceof Error && error.message.startsWith('MOVED '))) throw error
    }
  }
}

function control(
  redis: Redis,
  address: RedisAddress,
  info: RedisInfo,
  local: boolean,
  kind: Kind,
): NodeControl {
  const ownCommands: Record<string, number> = {}
  let busy: Promise<unknown> = Promise.resolve()

  // One command at a time: otherwise a snapshot could not tell its own bytes from another's.
  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = busy.then(work).catch((error: unknown) => {
      throw lostConnection(address, error)
    })
    busy = result.catch(() => {})
    return result
  }

  async function counted<T>(command: string, reply: Promise<T>): Promise<T> {
    const value = await reply
    ownCommands[command] = (ownCommands[command] ?? 0) + 1
    return value
  }

  // Before Redis 7, INFO counts all subcommands of a command as one.
  const named = (command: string, subcommand: string) =>
    Number.parseInt(info.get('redis_version') ?? '', 10) < 7 ? command : `${command}|${subcommand}`

  return {
    ...productOf(info),
    replicas: Number(info.get('connected_slaves') ?? 0),
    processId: processIdOf(info),
    isLocal: local,
    snapshot: () =>
      exclusively(async () => {
        // Redis counts input when it reads it and output, like a call, when the reply is done. So this INFO's
        // own request is in its numbers, its reply and its call are not: they fall to the next snapshot.
        const commands = { ...ownCommands }
        const bytesReceived = redis.stream.bytesRead
        const text = await counted('info', redis.info('all'))
        return snapshotOf(parseInfo(text), { commands, bytesSent: redis.stream.bytesWritten, bytesReceived })
      }),
    setHousekeeping: (hertz) =>
      exclusively(async () => {
        await counted(named('config', 'set'), redis.config('SET', 'hz', hertz))
      }),
    deletePrefix: (prefix) => {
      if (prefix === '') throw new TypeError('an empty prefix would delete every key')
      const pattern = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`
      return exclusively(async () => {
        let deleted = 0
        let cursor = '0'
        do {
          const [next, keys] = await counted('scan', redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000))
          // Keys of one command have to be in one slot of a cluster.
          const groups = kind === 'alone' ? [keys] : keys.map((key) => [key])
          const replies = groups
            .filter((group) => group.length > 0)
            .map((group) => counted('unlink', redis.unlink(...group)))
          deleted += (await Promise.all(replies)).reduce((sum, count) => sum + count, 0)
          cursor = next
        } while (cursor !== '0')
        return deleted
      })
    },
    masters: async () =>
      mastersIn(await exclusively(() => counted(named('cluster', 'slots'), redis.cluster('SLOTS'))), address),
    close: async () => {
      await busy
      redis.disconnect()
    },
  }
}

async function authenticate(redis: Redis, address: RedisAddress): Promise<void> {
  if (address.password === null) return
  try {
    await (address.username === null
      ? redis.auth(address.password)
      : redis.auth(address.username, address.password))
  } catch (error) {
    // A password for a server that wants none does no harm.
    if (!(error instanceof Error && /without any password configured/.test(error.message))) throw error
  }
}

function checkServer(info: RedisInfo, address: RedisAddress, kind: Kind): void {
  const version = info.get('redis_version')
  if (version === undefined) {
    throw new AuthbenchError('REDIS_PROTOCOL', `${address.shown} answers, but not like Redis or Valkey.`, {
      next: 'Correct host and port in the URL.',
    })
  }
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new AuthbenchError('REDIS_TOO_OLD', `${address.shown} runs Redis ${version}.`, {
      next: `Use Redis ${OLDEST.join('.')} or newer, or Valkey.`,
    })
  }
  if (info.get('loading') === '1') throw connectionFailure(address, new Error('LOADING'))
  const isNode = info.get('cluster_enabled') === '1'
  if (isNode && kind === 'alone') throw connectionFailure(address, new Error('MOVED'))
  if (!isNode && kind === 'in a cluster') {
    throw new AuthbenchError(
      'REDIS_NOT_CLUSTER',
      `${address.shown} is a single server, and no node of a cluster.`,
      {
        next: 'Name it without +cluster, or name a node of the cluster.',
      },
    )
  }
}

function productOf(info: RedisInfo): Pick<NodeControl, 'product' | 'version'> {
  const valkey = info.get('valkey_version')
  return valkey === undefined
    ? { product: 'Redis', version: info.get('redis_version') ?? '' }
    : { product: 'Valkey', version: valkey }
}

function processIdOf(info: RedisInfo): number {
  return Number(info.get('process_id') ?? 0)
}

/** A container's port is on the loopback too, but its process id means another process here. */
async function isLocal(redis: Redis, processId: number): Promise<boolean> {
  const remote = redis.stream.remoteAddress?.replace('::ffff:', '') ?? ''
  if (!remote.startsWith('127.') && remote !== '::1') return false
  const name = await readFile(`/proc/${processId}/comm`, 'utf8').catch(() => '')
  return /^(redis|valkey)/.test(name)
}

/** ioredis waits for ever on a server that accepts and says nothing, or on a resolver that does. */
async function withDeadline<T>(address: RedisAddress, deadlineMs: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const deadline = delay(deadlineMs, undefined, { signal: timer.signal }).then(() => {
    throw connectionFailure(address, new Error(`ETIMEDOUT no answer within ${deadlineMs} ms`))
  })
  deadline.catch(() => {})
  try {
    return await Promise.race([work, deadline])
  } finally {
    timer.abort()
    work.catch(() => {})
  }
}
