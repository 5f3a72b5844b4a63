// In this folder: what opens a fleet, and what only one of its members may read.

import { readFileSync, rmSync } from 'node:fs'
import { z } from 'zod'
import { AuthbenchError } from '../../../src/results/errors.ts'
import { buildOf } from '../../store/build.ts'
import { readSecret, writeSecret } from './secret-file.ts'

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

/** What it opens is gone; one that another fleet has written there since is not ours. */
export function removeJoinFile(path: string, { fleet }: Pick<JoinFile, 'fleet'>): void {
  try {
    if (parsed(readFileSync(path, 'utf8'), path).fleet === fleet) rmSync(path)
  } catch {
    // Moved, or changed by somebody.
  }
}

/** @throws AuthbenchError JOIN_FILE_UNREADABLE, JOIN_FILE_OPEN, JOIN_FILE_INVALID, JOIN_FILE_OTHER_VERSION */
export function readJoinFile(path: string): JoinFile {
  const text = readSecret(path, {
    option: '--join-file',
    code: 'JOIN_FILE',
    holds: 'a password',
    next: '`authbench fleet up` writes one; copy it to this machine.',
  })
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
