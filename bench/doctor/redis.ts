import { spawnSync } from 'node:child_process'
import { findRedis } from '../../servers/process/redis-process.ts'
import type { RedisFact } from '../../src/doctor/facts.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { childEnvironment } from '../machine/child-environment.ts'
import { addressesOf } from '../redis/address.ts'
import { connectRedis } from '../redis/connection.ts'
import { originOfRedis } from '../redis/provide.ts'

const ASK_MS = 5000

/** The user's, asked for its version; otherwise what would be started. */
export async function lookForRedis(url: string | null): Promise<RedisFact> {
  if (url !== null && originOfRedis(url) === 'given') return askGiven(url)
  const binary = findRedis()
  if (binary === null) {
    return {
      kind: 'none',
      why: 'there is no redis-server and no valkey-server: strategies that need one cannot be measured',
      next: 'Install the package redis or valkey, or set REDIS_URL; or name only --strategies without Redis.',
    }
  }
  const { stdout } = spawnSync(binary, ['--version'], {
    encoding: 'utf8',
    timeout: ASK_MS,
    killSignal: 'SIGKILL',
    env: childEnvironment(),
  })
  const version = /\bv=(\S+)/.exec(stdout ?? '')?.[1]
  return version === undefined
    ? { kind: 'none', why: `${binary} does not tell its version`, next: 'Run it by hand, or set REDIS_URL.' }
    : { kind: 'own', version, place: binary }
}

async function askGiven(url: string): Promise<RedisFact> {
  try {
    const shown = addressesOf(url)
      .addresses.map((address) => address.shown)
      .join(', ')
    const control = await connectRedis(url)
    const { product, version } = control
    await control.close()
    return { kind: 'given', version: `${product} ${version}`, place: shown }
  } catch (error) {
    const next = error instanceof AuthbenchError ? error.next : 'Check REDIS_URL.'
    return { kind: 'none', why: messageOf(error), next }
  }
}
