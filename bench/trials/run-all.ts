import { type JournalEntry, resultOf } from '../../src/experiments/journal.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import type { ExperimentResult } from '../../src/results/experiment.ts'
import { journalFile } from './journal-file.ts'
import { programOf } from './programs.ts'
import { type ExperimentPlan, type ExperimentWorld, runExperiment } from './run-experiment.ts'
import { openStage } from './stage.ts'

export interface ExperimentsOutcome {
  readonly experiments: readonly ExperimentResult[]
  /** Fewer than planned, or one of them not to its end. */
  readonly partial: boolean
  readonly fatal: AuthbenchError | null
}

/** One after the other, until they are done, the signal comes, or nothing more can be kept. */
export async function runExperiments(
  plans: readonly ExperimentPlan[],
  world: Omit<ExperimentWorld, 'append' | 'find' | 'openStage'>,
  appendLine: (file: string, entry: JournalEntry) => void,
): Promise<ExperimentsOutcome> {
  const experiments: ExperimentResult[] = []
  for (const plan of plans) {
    if (world.signal.aborted) return { experiments, partial: true, fatal: null }
    const written: JournalEntry[] = []
    world.say(`${plan.meaning.id}: ${plan.meaning.question}`)
    try {
      experiments.push(
        await runExperiment(plan, {
          ...world,
          openStage,
          find: programOf,
          append(entry) {
            appendLine(journalFile(plan.meaning.id), entry)
            written.push(entry)
          },
        }),
      )
    } catch (error) {
      if (written.length > 0) experiments.push(resultOf(plan.meaning, written))
      return { experiments, partial: true, fatal: asFatal(error) }
    }
  }
  return { experiments, partial: experiments.some(({ complete }) => !complete), fatal: null }
}

const asFatal = (error: unknown): AuthbenchError =>
  error instanceof AuthbenchError
    ? error
    : new AuthbenchError('UNEXPECTED', messageOf(error), {
        next: 'This is a defect of authbench; AUTHBENCH_DEBUG=1 shows where it happened.',
        exitCode: 3,
        cause: error,
      })
