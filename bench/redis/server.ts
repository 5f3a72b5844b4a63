import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { AuthbenchError } from '../../src/errors.ts'
import { connectRedis, type RedisControl } from './connection.ts'

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
const STOP_MS = 5_000
const POLL_MS = 20
const PORT_TRIES = 5
const LOG_LINES = 12
const NAMES = ['redis-server', 'valkey-server']
/** Searched after PATH: an ordinary user's often lacks the `sbin` folders. Set-up looks in the same ones. */
const EXTRA_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']

/** Tells the number of the process from what Redis prints. */
const PID_MARK = 'authbench-redis-pid '

/**
 * Outlives this process for the moment it takes to clean up. Whatever ends this process closes the pipe that
 * the inner shell reads; whatever ends Redis ends the outer one's wait. CONT: a stopped process hears no TERM.
 */
const WRAPPER = `
folder=$1; shift
"$@" 2>&1 </dev/null & server=$!
echo "${PID_MARK}$server"
exec 3<&0
(read -r _ <&3; kill "$server"; kill -CONT "$server") >/dev/null 2>&1 & watcher=$!
wait "$server"
kill "$watcher"
rm -rf "$folder"
`

/** @throws {AuthbenchError} REDIS_MISSING, REDIS_NOT_READY */
export async function startOwnRedis(options: OwnRedisOptions): Promise<OwnRedis> {
  const { core, folders = defaultFolders(), choosePort = freePort, readyMs = READY_MS } = options
  const binary = findBinary(folders)
  for (let attempt = 1; ; attempt++) {
    const started = await startOn(await choosePort(), binary, core, readyMs)
    if (started.state === 'ready') return started.redis
    if (attempt === PORT_TRIES || started.state === 'broken') throw notReady(started.log)
  }
}

type Start =
  | { readonly state: 'ready'; readonly redis: OwnRedis }
  | { readonly state: 'port taken' | 'broken'; readonly log: readonly string[] }

async function startOn(port: number, binary: string, core: number | null, readyMs: number): Promise<Start> {
  const folder = await mkdtemp(join(tmpdir(), 'authbench-redis-'))
  const wrapper = startWrapper(folder, [...pinnedTo(core), binary, ...settings(port, folder)])
  const url = `redis://127.0.0.1:${port}`
  const control = await untilReady(url, wrapper, readyMs)
  if (control === null) {
    await stopWrapper(wrapper, folder)
    return { state: /already in use/.test(wrapper.log.join()) ? 'port taken' : 'broken', log: wrapper.log }
  }
  await control.close()
  const { product, version, processId } = control
  let stopping: Promise<void> | null = null
  const stop = () => {
    stopping ??= stopWrapper(wrapper, folder)
    return stopping
  }
  return { state: 'ready', redis: { url, pid: processId, product, version, tempFolder: folder, stop } }
}

interface Wrapper {
  readonly child: ChildProcessByStdio<Writable, Readable, null>
  /** Resolves when Redis is dead and the folder removed. */
  readonly ended: Promise<'ended'>
  /** The last lines that Redis printed. */
  readonly log: readonly string[]
  /** Null until the wrapper has said it. */
  pid(): number | null
}

function startWrapper(folder: string, command: readonly string[]): Wrapper {
  const child = spawn('/bin/sh', ['-c', WRAPPER, 'sh', folder, ...command], {
    // A session of its own: Ctrl-C on the terminal is for the runner, which still needs the store to tidy up.
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    // Redis refuses to start under a locale that the machine does not have.
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  })
  const ended = new Promise<'ended'>((resolve) => {
    // Not `exit`: by then its last lines may not have been read.
    child.once('close', () => resolve('ended'))
    child.once('error', () => resolve('ended'))
  })
  child.stdin.on('error', () => {})
  // Nothing here keeps the runner alive: when it has nothing else to do, Redis goes with it.
  child.unref()
  for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) stream.unref()
  const log: string[] = []
  let pid: number | null = null
  createInterface({ input: child.stdout }).on('line', (line) => {
    // A server that fails at once may have said so before the shell gets to its number.
    if (line.startsWith(PID_MARK)) {
      pid = Number(line.slice(PID_MARK.length))
      return
    }
    log.push(line)
    if (log.length > LOG_LINES) log.shift()
  })
  return { child, ended, log, pid: () => pid }
}

/** Null when Redis ended, or was not there in time. */
async function untilReady(url: string, wrapper: Wrapper, readyMs: number): Promise<RedisControl | null> {
  const giveUp = new AbortController()
  const late = delay(readyMs, 'late' as const, { signal: giveUp.signal }).catch(() => 'late' as const)
  try {
    for (;;) {
      const attempt = connectRedis(url)
      const outcome = await Promise.race([attempt.catch(() => 'not yet' as const), wrapper.ended, late])
      // Whoever answers on this port may be somebody else's server, while ours is about to fail.
      if (typeof outcome === 'object' && outcome.processId === wrapper.pid()) return outcome
      attempt.then((control) => control.close()).catch(() => {})
      if (outcome === 'ended' || outcome === 'late') return null
      await delay(POLL_MS)
    }
  } finally {
    giveUp.abort()
  }
}

async function stopWrapper({ child, ended, pid }: Wrapper, folder: string): Promise<void> {
  const giveUp = new AbortController()
  child.ref()
  child.stdin.destroy()
  const late = delay(STOP_MS, 'late' as const, { signal: giveUp.signal }).catch(() => 'late' as const)
  const redis = pid()
  if ((await Promise.race([ended, late])) === 'late' && redis !== null) {
    process.kill(redis, 'SIGKILL')
    await ended
  }
  giveUp.abort()
  // The wrapper has done it, unless somebody killed the wrapper.
  await rm(folder, { recursive: true, force: true })
}

function pinnedTo(core: number | null): readonly string[] {
  return core === null ? [] : ['taskset', '-c', String(core)]
}

function settings(port: number, folder: string): readonly string[] {
  const network = ['--port', String(port), '--bind', '127.0.0.1', '--protected-mode', 'yes']
  const disk = ['--save', '', '--appendonly', 'no', '--dir', folder]
  return [...network, ...disk, '--daemonize', 'no', '--logfile', '']
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

function defaultFolders(): readonly string[] {
  return [...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), ...EXTRA_FOLDERS]
}

function findBinary(folders: readonly string[]): string {
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  const found = candidates.find(isExecutable)
  if (found !== undefined) return found
  throw new AuthbenchError('REDIS_MISSING', 'There is no redis-server or valkey-server on this machine.', {
    next: `One of three ways out: install the package redis-server, redis or valkey;
  start a container (docker run --rm -p 6379:6379 redis:7) and pass --redis redis://127.0.0.1:6379;
  pass --redis redis://HOST:PORT, or set REDIS_URL, to use a server that you have.`,
  })
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function notReady(log: readonly string[]): AuthbenchError {
  const tail = log.length === 0 ? '' : `\nIts last lines:\n${log.map((line) => `  ${line}`).join('\n')}`
  return new AuthbenchError('REDIS_NOT_READY', `The own Redis did not get ready.${tail}`, {
    next: 'Mend what it complains about, or pass --redis URL to use another server.',
    exitCode: 3,
  })
}
