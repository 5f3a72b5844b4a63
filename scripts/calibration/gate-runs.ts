import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { readResults } from '../../bench/store/results-folder.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Results } from '../../src/results/results.ts'
import type { GateOptions } from './gate-options.ts'

export const KINDS = ['same', 'more'] as const
export type Kind = (typeof KINDS)[number]

/** What all runs of one folder have in common. */
const settingsSchema = z.object({ strategy: z.string(), bytes: z.number() })
type Settings = z.infer<typeof settingsSchema>

/** A pass, a regression, and no verdict: each is what the gate said. */
const RESULTS: readonly (number | null)[] = [0, 1, 3]

export const foldersIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    : []

export const runsOf = (out: string, kind: Kind): readonly Results[] =>
  foldersIn(join(out, kind)).map((name) => readResults(join(out, kind, name)))

function settingsIn(file: string): Settings | null {
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/**
 * Makes the folder, or goes on with one whose runs were made alike.
 * @throws AuthbenchError SETTINGS_DIFFER
 */
export function openRuns({ out, strategy, bytes }: Omit<GateOptions, 'runs'>): void {
  const file = join(out, 'settings.json')
  const wanted: Settings = { strategy, bytes }
  const hasRuns = KINDS.some((kind) => foldersIn(join(out, kind)).length > 0)
  const found = settingsIn(file)
  if (hasRuns && !isDeepStrictEqual(found, wanted)) {
    const made = found === null ? 'nobody knows how' : `with ${found.strategy} and ${found.bytes} bytes`
    throw new AuthbenchError('SETTINGS_DIFFER', `the runs in ${out} were made ${made}`, {
      next: `Name another folder, or put ${JSON.stringify(wanted)} into ${file} if that is how they were made.`,
    })
  }
  for (const kind of KINDS) mkdirSync(join(out, kind), { recursive: true })
  writeFileSync(file, `${JSON.stringify(wanted)}\n`)
}

/**
 * Of what one run left, what counts.
 * @param partial where the run put its folder
 * @throws AuthbenchError RUN_FAILED, RESULTS_*: another try would hardly have a result
 */
export function keepRun(partial: string, out: string, kind: Kind, code: number | null): void {
  const failed = (why: string) =>
    new AuthbenchError('RUN_FAILED', `the run ${why}, exit code ${code}`, {
      next: 'What it said stands above; the runs before it are kept.',
      exitCode: 3,
    })
  const [name] = foldersIn(partial)
  if (name === undefined || !RESULTS.includes(code)) throw failed('left no result')
  if (readResults(join(partial, name)).run.partial) throw failed('was cut short')
  renameSync(join(partial, name), join(out, kind, name))
}
