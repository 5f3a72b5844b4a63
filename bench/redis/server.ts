import { setTimeout as delay } from 'node:timers/promises'
import { onFreePort } from '../../servers/process/free-port.ts'
import { findRedis, launchRedis, type RedisProcess } from '../../servers/process/redis-process.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import { parseRedisUrl } from './address.ts'
import { connectNode, type NodeControl } from './node.ts'

/** A throwaway server for one run: loopback only, no persistence. */
export interface OwnRedis {
  readonly url: string
  readonly pid: number
  readonly product: string
  readonly version: string
  readonly tempFolder: string
  /** Resolves when the process has ended and its folder is gone. May be called more than once. */
  stop(): Promise<void>
}

export interface OwnRedisOptions {
  /** The core that it is pinned to (Linux, `taskset`); null: wherever the system likes. */
  readonly core: number | null
  /** Where the binary is looked for: PATH and the usual folders by default. */
  readonly folders?: readonly string[]
  /** A port to try, by default any free one. Called anew after each port that somebody else took first. */
  readonly choosePort?: () => Promise<number>
  readonly readyMs?: number
}

const READY_MS = 15_000
const POLL_MS = 20
const ASK_MS = 3_000

/** @throws {AuthbenchError} REDIS_MISSING, REDIS_NOT_READY */
export async function startOwnRedis(options: OwnRedisOptions): Promise<OwnRedis> {
  const { core, folders, choosePort, readyMs = READY_MS } = options
  const binary = findRedis(folders)
  if (binary === null) throw missing()
  return onFreePort((port) => startOn(port, binary, core, readyMs), choosePort)
}

async function startOn(
  port: number,
  binary: string,
  core: number | null,
  readyMs: number,
): Promise<OwnRedis> {
  const server = await launchRedis(binary, port, { before: pinnedTo(core) })
  const { folder: tempFolder, log, stop } = server
  const url = `redis://127.0.0.1:${port}`
  const control = await untilReady(url, server, readyMs)
  if (control === null) {
    await stop()
    throw notReady(log)
  }
  await control.close()
  const { product, version, processId: pid } = control
  return { url, pid, product, version, tempFolder, stop }
}

/** Null when Redis ended, or was not there in time. */
async function untilReady(url: string, server: RedisProcess, readyMs: number): Promise<NodeControl | null> {
  const giveUp = new AbortController()
  const late = delay(readyMs, 'late' as const, { signal: giveUp.signal }).catch(() => 'late' as const)
  try {
    for (;;) {
      const attempt = connectNode(parseRedisUrl(url), 'alone', ASK_MS)
      const outcome = await Promise.race([attempt.catch(() => 'not yet' as const), server.ended, late])
      // Whoever answers on this port may be somebody else's server, while ours is about to fail.
      if (typeof outcome === 'object' && outcome.processId === server.pid()) return outcome
      attempt.then((control) => control.close()).catch(() => {})
      if (outcome === 'ended' || outcome === 'late') return null
      await delay(POLL_MS)
    }
  } finally {
    giveUp.abort()
  }
}

export function pinnedTo(core: number | null): readonly string[] {
  return core === null ? [] : ['taskset', '-c', String(core)]
}

export function missing(): AuthbenchError {
  return new AuthbenchError('REDIS_MISSING', 'There is no redis-server or valkey-server on this machine.', {
    next: `One of three ways out: install the package redis-server, redis or valkey;
  start a container (docker run --rm -p 6379:6379 redis:7) and pass --redis redis://127.0.0.1:6379;
  pass --redis redis://HOST:PORT, or set REDIS_URL, to use a server that you have.`,
  })
}

export function notReady(log: readonly string[]): AuthbenchError {
  const tail = log.length === 0 ? '' : `\nIts last lines:\n${log.map((line) => `  ${line}`).join('\n')}`
  return new AuthbenchError('REDIS_NOT_READY', `The own Redis did not get ready.${tail}`, {
    next: 'Mend what it complains about, or pass --redis URL to use another server.',
    exitCode: 3,
  })
}
