import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Experiment } from '../../src/experiments/experiment.ts'
import { type JournalEntry, journalEntrySchema, resultOf } from '../../src/experiments/journal.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import type { ExperimentResult } from '../../src/results/experiment.ts'
import { readUserFile } from '../store/user-file.ts'

const FOLDER = 'experiments'
const ENDING = '.ndjson'
const LARGEST_BYTES = 500_000_000

/** Inside of the run's folder. */
export const journalFile = (experiment: string): string => `${FOLDER}/${experiment}${ENDING}`

/**
 * What the experiments of a stored run say, from what they wrote: that of a run that was killed as well.
 * @throws AuthbenchError OBSERVATIONS_INVALID naming the line
 */
export function readExperiments(
  folder: string,
  experiments: readonly Experiment[],
): readonly ExperimentResult[] {
  const written = experiments.filter(({ id }) => filesIn(folder).includes(`${id}${ENDING}`))
  return written.map((experiment) => {
    try {
      return resultOf(experiment, readJournal(folder, experiment.id))
    } catch (error) {
      if (error instanceof AuthbenchError) throw error
      throw invalid(journalFile(experiment.id), error)
    }
  })
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(join(folder, FOLDER)).map((file) => basename(file))
  } catch {
    return []
  }
}

function readJournal(folder: string, experiment: string): readonly JournalEntry[] {
  const file = journalFile(experiment)
  const lines = readUserFile(join(folder, file), LARGEST_BYTES).split('\n')
  // The line that was being written when the run was killed.
  lines.pop()
  return lines.map((line, index) => {
    try {
      return journalEntrySchema.parse(JSON.parse(line))
    } catch (error) {
      throw invalid(`${file} line ${index + 1}`, error)
    }
  })
}

const invalid = (where: string, error: unknown) =>
  new AuthbenchError('OBSERVATIONS_INVALID', `${where}: ${messageOf(error)}`, {
    next: 'The file was changed or cut off, or written by another version.',
    cause: error,
  })
