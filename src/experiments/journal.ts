import { z } from 'zod'
import type { ExperimentResult } from '../results/experiment.ts'
import { strategyInfoSchema } from '../results/strategy-info.ts'
import type { Experiment } from './experiment.ts'

/** What an experiment writes while it works: one line of its file each. */
export const journalEntrySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('begin'), strategies: z.array(strategyInfoSchema), command: z.string() }),
  z.object({ type: z.literal('observation'), value: z.unknown() }),
  z.object({ type: z.literal('void'), reason: z.string() }),
  z.object({ type: z.literal('not done'), reason: z.string() }),
  /** Missing where it was interrupted or killed. `reason`: why it ended early; null: it came to its end. */
  z.object({ type: z.literal('end'), reason: z.string().nullable() }),
])
export type JournalEntry = z.infer<typeof journalEntrySchema>

/** What a journal says, whole or not. */
export function resultOf(experiment: Experiment, journal: readonly JournalEntry[]): ExperimentResult {
  const { id, title, question, analyse } = experiment
  const begin = journal.find((entry) => entry.type === 'begin')
  const observations = journal.flatMap((entry) => (entry.type === 'observation' ? [entry.value] : []))
  const lost = journal.flatMap((entry) => (entry.type === 'void' ? [entry.reason] : []))
  const end = journal.findLast((entry) => entry.type === 'end')
  const ended = end === undefined ? 'It was interrupted.' : end.reason
  return {
    id,
    title,
    question,
    trials: observations.length,
    void: lost.length,
    voidReasons: [...Map.groupBy(lost, (reason) => reason)].map(([reason, same]) => ({
      reason,
      trials: same.length,
    })),
    complete: ended === null,
    ended,
    notDone: journal.flatMap((entry) => (entry.type === 'not done' ? [entry.reason] : [])),
    command: begin?.command ?? '',
    ...analyse(observations, begin?.strategies ?? []),
  }
}
