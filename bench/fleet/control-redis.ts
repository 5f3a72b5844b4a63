import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, isIPv6 } from 'node:net'
import { findRedis, launchRedis } from '../../servers/process/redis-process.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { newServerIdentity } from '../worlds/tls/certificate.ts'
import { connectControl, PREFIX, USER } from './control.ts'
import type { JoinFile } from './secrets/join-file.ts'

/** What stands for all addresses of a machine. */
export const EVERY_ADDRESS: readonly string[] = ['0.0.0.0', '::']
const LOOPBACK = '127.0.0.1'
const START_LIMIT_MS = 10_000
const TRY_MS = 100

/** Where a fleet meets, and what it proves with who it is. */
export interface Meeting {
  readonly join: Omit<JoinFile, 'schema' | 'authbench' | 'node'>
  /** Of the certificate in the join file; agents never have it. */
  readonly key: string
}

export interface ControlRedis {
  /** Resolves when it is gone, whoever ended it. */
  readonly ended: Promise<unknown>
  stop(): Promise<void>
}

/** Everything that BullMQ's scripts and connections use, on keys of the fleet alone; nothing that configures, watches or ends a server. */
const RIGHTS = `~${PREFIX}:* resetchannels +@all -@admin -@dangerous +info`

const HOST_NAME = /^[a-z\d]([a-z\d.-]{0,251}[a-z\d])?$/i

/**
 * @param host what agents reach it by: an address, or a name
 * @throws AuthbenchError FLEET_ADDRESS_INVALID
 */
export function newMeeting(host: string, port: number): Meeting {
  if (isIPv6(host) || !HOST_NAME.test(host) || EVERY_ADDRESS.includes(host)) {
    throw new AuthbenchError('FLEET_ADDRESS_INVALID', `agents reach nothing by '${host}'`, {
      next: 'Give an IPv4 address or a name that agents reach: --as HOST.',
    })
  }
  const password = randomBytes(32).toString('base64url')
  const { key, certificate } = newServerIdentity(new Date(), host)
  return { join: { fleet: randomBytes(8).toString('hex'), host, port, password, certificate }, key }
}

/**
 * Where the fleet meets: a Redis of its own, over TLS, with one user and nothing on disk.
 * @param address of this machine, on which it listens
 * @throws AuthbenchError FLEET_NO_REDIS, FLEET_NOT_STARTED
 */
export async function startControlRedis({ join, key }: Meeting, address: string): Promise<ControlRedis> {
  const binary = findRedis()
  if (binary === null) {
    throw new AuthbenchError('FLEET_NO_REDIS', 'there is no redis-server on this machine', {
      next: 'Install it with the system’s package manager, such as `apt-get install redis-server`.',
    })
  }
  const { port, password, certificate } = join
  const redis = await launchRedis(binary, port, {
    files: {
      'key.pem': key,
      'certificate.pem': certificate,
      // Not in the arguments, which everybody on the machine can read.
      'redis.conf': [
        'port 0',
        `tls-port ${port}`,
        `bind ${address}`,
        'tls-cert-file certificate.pem',
        'tls-key-file key.pem',
        'tls-auth-clients no',
        'save ""',
        'appendonly no',
        'maxmemory-policy noeviction',
        'user default off',
        `user ${USER} on >${password} ${RIGHTS}`,
      ].join('\n'),
    },
  })
  // By the name that agents use it may be out of reach as long as it is not ready, as in a cluster.
  const at = EVERY_ADDRESS.includes(address) ? LOOPBACK : address
  const until = performance.now() + START_LIMIT_MS
  for (;;) {
    try {
      const probe = await connectControl(
        { ...join, schema: 'authbench/join@1', authbench: '', node: '' },
        false,
        at,
      )
      await probe.set(`${PREFIX}:fleet`, join.fleet)
      probe.disconnect()
      return { ended: redis.ended, stop: () => redis.stop() }
    } catch (error) {
      const state = await Promise.race([
        redis.ended,
        new Promise<'waiting'>((resolve) => setTimeout(() => resolve('waiting'), TRY_MS)),
      ])
      if (state === 'waiting' && performance.now() < until) continue
      await redis.stop()
      throw new AuthbenchError(
        'FLEET_NOT_STARTED',
        `the control Redis does not start: ${redis.log.at(-1) ?? messageOf(error)}`,
        { next: 'It has to be built with TLS, as Debian’s redis-server is.', exitCode: 3, cause: error },
      )
    }
  }
}

/**
 * An address of this machine, by itself or by a name, and a port that is seen to be free there, and given back.
 * @param wanted 0 takes a free one
 * @throws AuthbenchError FLEET_ADDRESS_INVALID
 */
export async function freePlace(
  host: string,
  wanted: number,
): Promise<{ readonly address: string; readonly port: number }> {
  const probe = createServer()
  try {
    const { address } = await lookup(host, { order: 'ipv4first' })
    await once(probe.listen({ host: address, port: wanted }), 'listening')
  } catch (error) {
    throw new AuthbenchError(
      'FLEET_ADDRESS_INVALID',
      `nothing can listen on ${host}:${wanted}: ${messageOf(error)}`,
      {
        next: 'Give an address of this machine that agents reach, with --listen, and a port that is free.',
        cause: error,
      },
    )
  }
  const place = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof place === 'object' && place !== null ? place : { address: host, port: wanted }
}
