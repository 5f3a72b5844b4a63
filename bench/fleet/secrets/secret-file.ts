import { chmodSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { AuthbenchError, messageOf } from '../../../src/results/errors.ts'
import { readUserFile } from '../../store/user-file.ts'

/** For its owner alone. */
export function writeSecret(path: string, text: string, option: string): void {
  const part = `${path}.part`
  try {
    writeFileSync(part, text, { mode: 0o600 })
    // One that was there keeps its mode otherwise.
    chmodSync(part, 0o600)
    renameSync(part, path)
  } catch (error) {
    forget(part)
    throw new AuthbenchError('JOIN_FILE_UNWRITABLE', `${path}: ${messageOf(error)}`, {
      next: `Name a file in a folder of yours: ${option} FILE.`,
      cause: error,
    })
  }
}

/** Half of one helps nobody, and where nothing can be written there is none. */
function forget(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // The cause is told by whoever could not write.
  }
}

/** What a file is to the user, in errors. */
export interface SecretFile {
  readonly option: string
  /** How the codes of its errors begin. */
  readonly code: string
  readonly holds: string
  /** Where to get one. */
  readonly next: string
}

/** @throws AuthbenchError `*_UNREADABLE`, `*_OPEN` where others may read it too */
export function readSecret(path: string, { option, code, holds, next }: SecretFile): string {
  let text: string
  try {
    text = readUserFile(path)
  } catch (error) {
    throw new AuthbenchError(`${code}_UNREADABLE`, `${option} ${path}: ${messageOf(error)}`, {
      next,
      cause: error,
    })
  }
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    throw new AuthbenchError(`${code}_OPEN`, `${path} can be read by others, and holds ${holds}`, {
      next: `chmod 600 ${path}`,
    })
  }
  return text
}
