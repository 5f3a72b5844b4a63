import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { findRedis, launchRedis } from '../../servers/process/redis-process.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { newServerIdentity } from '../worlds/tls/certificate.ts'
import { connectControl, PREFIX, USER } from './control.ts'
import type { JoinFile } from './join-file.ts'

const START_LIMIT_MS = 10_000
const TRY_MS = 100

export interface ControlRedis {
  readonly join: Pick<JoinFile, 'fleet' | 'host' | 'port' | 'password' | 'certificate'>
  /** Resolves when it is gone, whoever ended it. */
  readonly ended: Promise<unknown>
  stop(): Promise<void>
}

/** Everything that BullMQ's scripts and connections use, on keys of the fleet alone; nothing that configures, watches or ends a server. */
const RIGHTS = `~${PREFIX}:* resetchannels +@all -@admin -@dangerous +info`

/**
 * Where the fleet meets: a Redis of its own, over TLS, with one user and nothing on disk.
 * @param port 0: any free one
 * @throws AuthbenchError FLEET_NO_REDIS, FLEET_ADDRESS_INVALID, FLEET_NOT_STARTED
 */
export async function startControlRedis(host: string, wanted: number): Promise<ControlRedis> {
  const binary = findRedis()
  if (binary === null) {
    throw new AuthbenchError('FLEET_NO_REDIS', 'there is no redis-server on this machine', {
      next: 'Install it with the system’s package manager, such as `apt-get install redis-server`.',
    })
  }
  const port = await boundPort(host, wanted)
  const password = randomBytes(32).toString('base64url')
  const { key, certificate } = newServerIdentity(new Date(), host)
  const redis = await launchRedis(binary, port, {
    files: {
      'key.pem': key,
      'certificate.pem': certificate,
      // Not in the arguments, which everybody on the machine can read.
      'redis.conf': [
        'port 0',
        `tls-port ${port}`,
        `bind ${host}`,
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
  const join = { fleet: randomBytes(8).toString('hex'), host, port, password, certificate }
  const until = performance.now() + START_LIMIT_MS
  for (;;) {
    try {
      const probe = await connectControl({ ...join, schema: 'authbench/join@1', authbench: '', node: '' })
      await probe.set(`${PREFIX}:fleet`, join.fleet)
      probe.disconnect()
      return { join, ended: redis.ended, stop: () => redis.stop() }
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

/** Seen to be free, and given back. */
async function boundPort(host: string, wanted: number): Promise<number> {
  const probe = createServer().listen({ host, port: wanted })
  try {
    await once(probe, 'listening')
  } catch (error) {
    throw new AuthbenchError(
      'FLEET_ADDRESS_INVALID',
      `nothing can listen on ${host}:${wanted}: ${messageOf(error)}`,
      {
        next: 'Give an address of this machine that agents reach: --listen ADDRESS, and a free --port.',
        cause: error,
      },
    )
  }
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : wanted
}
