import { linkSync, lstatSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { readProcess } from '../machine/cpu-time/process-family.ts'

const HEARTBEAT_MS = 2000
/** A holder that was silent for so long is stopped, or hangs in one call. It measures nothing that a run could spoil. */
const SILENT_MS = 30_000

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** Null where the system does not tell. */
const startOf = (pid: number): number | null => readProcess(pid)[0]?.startedAt ?? null

const ownText = (): string => `${process.pid} ${startOf(process.pid) ?? ''}`

interface Holder {
  readonly pid: number
  /** When it started, in ticks since boot: its number may be somebody else's by now. Null: not known. */
  readonly startedAt: number | null
  readonly silentMs: number
}

/** Null: it is gone by now. */
function holderOf(file: string): Holder | null {
  try {
    const stat = lstatSync(file)
    // Who reads a pipe waits for somebody to write to it.
    if (!stat.isFile()) throw new Error('something that is no file is in its place')
    const [pid, startedAt] = readFileSync(file, 'utf8').split(' ')
    return {
      pid: Number(pid),
      startedAt: startedAt === undefined || startedAt === '' ? null : Number(startedAt),
      silentMs: Date.now() - stat.mtimeMs,
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** An empty lock is nobody's: a disk was full, or somebody made it by hand. */
const runs = ({ pid, startedAt }: Holder): boolean =>
  Number.isInteger(pid) &&
  pid > 0 &&
  isAlive(pid) &&
  (startedAt === null || startOf(pid) === null || startOf(pid) === startedAt)

/** Linked into place, so that the lock is never there without its holder's number. */
function claim(file: string): boolean {
  const own = `${file}.${process.pid}`
  writeFileSync(own, ownText())
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(own, { force: true })
  }
}

/** Moved before it is removed: of two that see the same dead holder only one can move its lock. */
function removeStale(file: string): void {
  const aside = `${file}.stale.${process.pid}`
  try {
    renameSync(file, aside)
    rmSync(aside, { force: true })
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** Process of a run in progress that is not this one; null where there is none. */
export function otherRun(folder: string = tmpdir()): number | null {
  const holder = holderOf(join(folder, 'authbench.lock'))
  return holder !== null && holder.pid !== process.pid && runs(holder) && holder.silentMs < SILENT_MS
    ? holder.pid
    : null
}

/**
 * Two runs on one machine would measure each other.
 * @param say is told when the lock of a run that does not answer is taken over
 * @returns releases the lock
 * @throws AuthbenchError RUN_IN_PROGRESS, LOCK_UNUSABLE
 */
export function lockMachine(folder: string = tmpdir(), say: (line: string) => void = () => {}): () => void {
  const file = join(folder, 'authbench.lock')
  try {
    while (!claim(file)) {
      const holder = holderOf(file)
      if (holder !== null && runs(holder) && holder.silentMs < SILENT_MS) throw inProgress(holder.pid, file)
      if (holder !== null && runs(holder)) {
        say(
          `Another authbench run (process ${holder.pid}) has not answered for ${Math.round(holder.silentMs / 1000)} s; its lock is taken over. End it: kill -9 ${holder.pid}`,
        )
      }
      if (holder !== null) removeStale(file)
    }
  } catch (error) {
    if (error instanceof AuthbenchError) throw error
    throw new AuthbenchError('LOCK_UNUSABLE', `cannot take the lock ${file}: ${messageOf(error)}`, {
      next: 'It may be left from another user: delete it, or set TMPDIR to a folder that you can write to.',
      cause: error,
    })
  }
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS).unref()
  return () => {
    clearInterval(heartbeat)
    if (isOwn(file)) rmSync(file, { force: true })
  }
}

const inProgress = (pid: number, file: string) =>
  new AuthbenchError(
    'RUN_IN_PROGRESS',
    `another authbench run (process ${pid}) is measuring on this machine`,
    {
      next: `Wait until it ends: two runs would measure each other. If there is none, delete ${file}.`,
      exitCode: 3,
    },
  )

/** Whoever was silent for too long may have lost it to another run. */
const isOwn = (file: string): boolean => holderOf(file)?.pid === process.pid

function touch(file: string): void {
  try {
    const now = new Date()
    if (isOwn(file)) utimesSync(file, now, now)
  } catch {
    // Removed by hand; the run goes on.
  }
}
