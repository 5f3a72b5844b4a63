import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Results } from '../../src/results/results.ts'
import { formatCount, formatInstant } from '../../src/units.ts'
import { readResults } from './results-folder.ts'

const LATEST = 'results/latest'
/** In a clone; a package has none. */
const REFERENCE = fileURLToPath(new URL('../../results/reference', import.meta.url))

export interface ChosenRun {
  readonly results: Results
  /** False: of another machine, because there is no run of this one. */
  readonly own: boolean
}

/**
 * The run that is named, else the newest of this machine, else the published one.
 * @throws AuthbenchError RESULTS_*
 */
export function chosenRun(run: string | undefined): ChosenRun {
  if (run !== undefined) return { results: readResults(run), own: true }
  const isThere = (folder: string) => existsSync(join(folder, 'results.json'))
  if (isThere(LATEST)) return { results: readResults(LATEST), own: true }
  if (isThere(REFERENCE)) return { results: readResults(REFERENCE), own: false }
  throw new AuthbenchError('RESULTS_MISSING', `there is no run in ${LATEST} to go by`, {
    next: '`authbench run` makes one; or name the folder of another with --run.',
  })
}

/** Which run it is, and whether it is of this machine. */
export function runText({ results: { run, environment, config, validity }, own }: ChosenRun): string {
  const { cpu, cores } = environment
  return (
    `${run.id}: ${validity.verdict === 'ok' ? 'valid' : validity.verdict}, ${formatCount(config.rounds, 'round')}, ${formatInstant(run.startedAt)}, ${formatCount(cores, 'core')} of ${cpu}.` +
    (own ? '' : ' NOT THIS MACHINE: there is no results/latest; `authbench run` makes one.')
  )
}
