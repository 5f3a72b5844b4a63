import { linkSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuthbenchError, messageOf } from '../src/errors.ts'

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

/** Null: it is gone by now. */
function holderOf(file: string): number | null {
  try {
    // Who reads a pipe waits for somebody to write to it.
    if (!lstatSync(file).isFile()) throw new Error('something that is no file is in its place')
    return Number(readFileSync(file, 'utf8'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** Linked into place, so that the lock is never there without its holder's number. */
function claim(file: string): boolean {
  const own = `${file}.${process.pid}`
  writeFileSync(own, String(process.pid))
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
  return holder !== null && holder > 0 && holder !== process.pid && isAlive(holder) ? holder : null
}

/**
 * Two runs on one machine would measure each other.
 * @returns releases the lock
 * @throws AuthbenchError RUN_IN_PROGRESS, LOCK_UNUSABLE
 */
export function lockMachine(folder: string = tmpdir()): () => void {
  const file = join(folder, 'authbench.lock')
  try {
    while (!claim(file)) {
      const holder = holderOf(file)
      if (holder !== null && isAlive(holder)) {
        throw new AuthbenchError(
          'RUN_IN_PROGRESS',
          `another authbench run (process ${holder}) is measuring on this machine`,
          {
            next: `Wait until it ends: two runs would measure each other. If there is none, delete ${file}.`,
            exitCode: 3,
          },
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
  return () => rmSync(file, { force: true })
}
