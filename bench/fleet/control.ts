import { once } from 'node:events'
import { isIP } from 'node:net'
import { checkServerIdentity } from 'node:tls'
import { Redis } from 'ioredis'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import type { JoinFile } from './secrets/join-file.ts'

/** All keys of a fleet begin with it: what its user may touch. */
export const PREFIX = '{authbench}'
export const USER = 'fleet'
/** Holds the id of the run that has the fleet. */
export const COORDINATOR_KEY = `${PREFIX}:coordinator`

export type ControlConnection = Redis

const CONNECT_LIMIT_MS = 5000
/** A machine that is cut off says nothing. */
export const SILENCE_LIMIT_MS = 8000

/**
 * To the control Redis. It is never connected again: what was asked over a connection that broke is lost with it.
 * @param blocking for a worker, which waits on it for as long as there is nothing to do
 * @param at another address of the same Redis, which proves all the same who it is
 * @throws AuthbenchError FLEET_UNREACHABLE
 */
export async function connectControl(
  join: JoinFile,
  blocking = false,
  at = join.host,
): Promise<ControlConnection> {
  const { host, port, password, certificate } = join
  const redis = new Redis({
    host: at,
    port,
    username: USER,
    password,
    // No name is sent for an address (RFC 6066 section 3).
    tls: {
      ca: certificate,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      checkServerIdentity: (_, presented) => checkServerIdentity(host, presented),
    },
    connectTimeout: CONNECT_LIMIT_MS,
    keepAlive: 1000,
    maxRetriesPerRequest: null,
    retryStrategy: () => null,
    lazyConnect: true,
    ...(blocking ? {} : { commandTimeout: SILENCE_LIMIT_MS }),
  })
  // The cause of a failed connect comes by this way alone.
  const causes: Error[] = []
  redis.on('error', (error: Error) => causes.push(error))
  try {
    await redis.connect()
    return redis
  } catch (error) {
    redis.disconnect()
    throw unreachable(join, causes[0] ?? error)
  }
}

const unreachable = ({ host, port }: JoinFile, cause: unknown) =>
  new AuthbenchError('FLEET_UNREACHABLE', `no fleet answers at ${host}:${port}: ${told(cause)}`, {
    next: 'Look whether `authbench fleet up` runs, whether this machine reaches it, and whether the join file is of that start of it.',
    cause,
  })

function told(cause: unknown): string {
  const message = messageOf(cause)
  if (/WRONGPASS/.test(message)) return 'the password is of another fleet'
  if (/certificate has expired/i.test(message))
    return 'its certificate has ended; `authbench fleet new` makes another'
  if (/self.signed|certificate/i.test(message)) return 'its certificate is of another fleet'
  return message
}

/** Resolves once the connection is gone. */
export const ended = (redis: ControlConnection): Promise<unknown> => once(redis, 'end')
