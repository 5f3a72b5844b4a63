import { z } from 'zod'
import { paramsSchema } from './cell.ts'

/** What is followed from run to run, one line of JSON for each run. */
export const historyEntrySchema = z.object({
  schema: z.literal('authbench/history@1'),
  run: z.string(),
  startedAt: z.iso.datetime(),
  profile: z.string(),
  /** Null: not known, or with local changes. */
  commit: z.string().nullable(),
  authbench: z.string(),
  /** Only runs with the same one are drawn as one line. */
  machine: z.string(),
  /** In words; only runs in the same one are drawn as one line. Absent: the usual one. */
  world: z.string().optional(),
  rows: z.array(
    z.object({
      strategy: z.string(),
      scenario: z.string(),
      params: paramsSchema,
      metric: z.string(),
      unit: z.string(),
      better: z.enum(['lower', 'higher']),
      value: z.number(),
      low: z.number().nullable(),
      high: z.number().nullable(),
    }),
  ),
})
export type HistoryEntry = z.infer<typeof historyEntrySchema>
