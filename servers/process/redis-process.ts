import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { findProgram } from './find-program.ts'

/** A Redis server that never outlives this process, however this process ends. */
export interface RedisProcess {
  /** Where it runs; removed after it. */
  readonly folder: string
  /** Resolves when Redis is dead and the folder removed. */
  readonly ended: Promise<'ended'>
  /** The last lines that it printed. */
  readonly log: readonly string[]
  /** Null until it is known. */
  pid(): number | null
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  /** Resolves as `ended` does. May be called more than once. */
  stop(): Promise<void>
  /** The same at once, also for one that is suspended. */
  kill(): Promise<void>
}

const STOP_MS = 5_000
const LOG_LINES = 12
const NAMES = ['redis-server', 'valkey-server']
/** Where SAVE writes, and a start reads. */
export const SNAPSHOT_FILE = 'dump.rdb'

export const CONFIG_FILE = 'redis.conf'

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

export interface LaunchOptions {
  /** Words that start it in another way, such as `taskset`. */
  readonly before?: readonly string[]
  /** What it is told beside where to listen. */
  readonly settings?: readonly string[]
  /** What it starts with: a file that SAVE made of another; null: empty. */
  readonly snapshot?: Uint8Array | null
  /** For its folder; with `redis.conf` among them that says everything, the port as well. */
  readonly files?: Readonly<Record<string, string>>
  onLine?(line: string, pid: number | null): void
}

/** Loopback only, no persistence. Whether it got ready is for the caller to see. */
export async function launchRedis(
  binary: string,
  port: number,
  { before = [], settings = [], snapshot = null, files = {}, onLine }: LaunchOptions = {},
): Promise<RedisProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'authbench-redis-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 })
  if (snapshot !== null) await writeFile(join(folder, SNAPSHOT_FILE), snapshot)
  const chosen =
    CONFIG_FILE in files
      ? [join(folder, CONFIG_FILE), '--dir', folder]
      : [...usualSettings(port, folder), ...settings]
  const command = [...before, binary, ...chosen]
  const child = spawn('/bin/sh', ['-c', WRAPPER, 'sh', folder, ...command], {
    cwd: folder,
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
    } else {
      log.push(line)
      if (log.length > LOG_LINES) log.shift()
    }
    onLine?.(line, pid)
  })
  // Its number may be somebody else's soon.
  void ended.then(() => {
    pid = null
  })
  let stopping: Promise<void> | null = null
  const stopOnce = () => {
    stopping ??= stop(child, ended, () => pid).then(() => removed(folder))
    return stopping
  }
  return {
    folder,
    ended,
    log,
    pid: () => pid,
    signal(name) {
      if (pid !== null) process.kill(pid, name)
    },
    stop: stopOnce,
    async kill() {
      if (pid === null) return stopOnce()
      child.ref()
      send(pid, 'SIGKILL')
      await ended
      await removed(folder)
    },
  }
}

type Wrapper = ChildProcessByStdio<Writable, Readable, null>

async function stop(child: Wrapper, ended: Promise<'ended'>, pid: () => number | null): Promise<void> {
  const giveUp = new AbortController()
  child.ref()
  // All of the group: shells that somebody stopped would not hear of the end.
  if (child.pid !== undefined) send(-child.pid, 'SIGCONT')
  child.stdin.destroy()
  const late = delay(STOP_MS, 'late' as const, { signal: giveUp.signal }).catch(() => 'late' as const)
  const redis = (await Promise.race([ended, late])) === 'late' ? pid() : null
  if (redis !== null) {
    send(redis, 'SIGKILL')
    await ended
  }
  giveUp.abort()
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has just ended by itself.
  }
}

/** The wrapper has done it, unless somebody killed the wrapper. */
const removed = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true })

function usualSettings(port: number, folder: string): readonly string[] {
  const network = ['--port', String(port), '--bind', '127.0.0.1', '--protected-mode', 'yes']
  const disk = ['--save', '', '--appendonly', 'no', '--dir', folder]
  return [...network, ...disk, '--daemonize', 'no', '--logfile', '']
}

/** Null: there is none on this machine. */
export const findRedis = (folders?: readonly string[]): string | null => findProgram(NAMES, folders)
