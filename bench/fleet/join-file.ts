// In this folder: load from more than one machine. Agents wait at a Redis of their own for what the coordinator, a run, asks of all of them.

import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { buildOf } from '../store/build.ts'
import { readUserFile } from '../store/user-file.ts'

export const DEFAULT_JOIN_FILE = 'authbench-fleet.json'

const joinSchema = z.strictObject({
  schema: z.literal('authbench/join@1'),
  /** Of one `authbench fleet up`. */
  fleet: z.string(),
  host: z.string(),
  port: z.number().int().min(1).max(65_535),
  password: z.string(),
  /** Of the control Redis: all that is trusted. */
  certificate: z.string(),
  /** Of whoever wrote the file; another one measures something else. */
  authbench: z.string(),
  node: z.string(),
})
/** Everything that it takes to join a fleet: a secret. */
export type JoinFile = z.infer<typeof joinSchema>

/** For its owner alone. */
export function writeJoinFile(path: string, content: Omit<JoinFile, 'schema' | 'authbench' | 'node'>): void {
  const join: JoinFile = {
    schema: 'authbench/join@1',
    ...content,
    authbench: buildOf(),
    node: process.version,
  }
  writeSecret(path, `${JSON.stringify(join, null, 2)}\n`, '--join-file')
}

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

/** What it opens is gone; one that another fleet has written there since is not ours. */
export function removeJoinFile(path: string, { fleet }: Pick<JoinFile, 'fleet'>): void {
  try {
    if (parsed(readFileSync(path, 'utf8'), path).fleet === fleet) rmSync(path)
  } catch {
    // Moved, or changed by somebody.
  }
}

export const othersMayRead = (path: string): boolean =>
  process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0

/** @throws AuthbenchError JOIN_FILE_UNREADABLE, JOIN_FILE_OPEN, JOIN_FILE_INVALID, JOIN_FILE_OTHER_VERSION */
export function readJoinFile(path: string): JoinFile {
  let text: string
  try {
    text = readUserFile(path)
  } catch (error) {
    throw new AuthbenchError('JOIN_FILE_UNREADABLE', `--join-file ${path}: ${messageOf(error)}`, {
      next: '`authbench fleet up` writes one; copy it to this machine.',
      cause: error,
    })
  }
  if (othersMayRead(path)) {
    throw new AuthbenchError('JOIN_FILE_OPEN', `${path} can be read by others, and holds a password`, {
      next: `chmod 600 ${path}`,
    })
  }
  const join = parsed(text, path)
  const own = { authbench: buildOf(), node: process.version }
  for (const [what, name] of [
    ['authbench', 'authbench'],
    ['node', 'Node.js'],
  ] as const) {
    if (join[what] === own[what]) continue
    throw new AuthbenchError(
      'JOIN_FILE_OTHER_VERSION',
      `the fleet runs ${name} ${join[what]}, and this machine ${own[what]}`,
      { next: 'Have the same checkout on all machines, set up by `npm ci`.' },
    )
  }
  return join
}

/** Never repeats what is in the file. */
function parsed(text: string, path: string): JoinFile {
  const invalid = () =>
    new AuthbenchError('JOIN_FILE_INVALID', `${path} is no join file of this version`, {
      next: 'Copy the file that `authbench fleet up` wrote.',
    })
  try {
    const checked = joinSchema.safeParse(JSON.parse(text))
    if (checked.success) return checked.data
  } catch {
    throw invalid()
  }
  throw invalid()
}
