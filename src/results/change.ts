import { z } from 'zod'
import { paramsSchema } from './cell.ts'
import { estimateSchema } from './estimate.ts'

/**
 * - `pass`: the whole interval lies below the limit
 * - `improvement`: a pass, and the whole interval lies beyond the limit on the good side
 * - `regression`: the whole interval lies beyond the limit on the bad side
 * - `inconclusive`: the limit lies inside the interval, or something forbids to judge; `why` says which
 */
export const changeVerdictSchema = z.enum(['pass', 'regression', 'inconclusive', 'improvement'])
export type ChangeVerdict = z.infer<typeof changeVerdictSchema>

/** What one metric of one strategy did between a base and a head. */
export const changeSchema = z.object({
  strategy: z.string(),
  scenario: z.string(),
  params: paramsSchema,
  metric: z.string(),
  unit: z.string(),
  better: z.enum(['lower', 'higher']),
  exact: z.boolean(),
  /** Both sides were measured in the same rounds, next to each other in time. */
  paired: z.boolean(),
  /** Medians over rounds, with 95 % intervals. A head of 0 rounds gave no value. */
  base: estimateSchema,
  head: estimateSchema,
  /** head / base, with an interval of `confidence`; null where a side is zero, or nothing may be judged. */
  ratio: estimateSchema.nullable(),
  /** The ratio, turned so that more than 1 is worse whatever the metric. */
  worse: estimateSchema.nullable(),
  confidence: z.number(),
  /** Largest tolerated worsening as a fraction; 0 where nothing may change; null where no limit is set. */
  limit: z.number().nonnegative().nullable(),
  /** Whether the verdict counts, or is only shown. */
  gating: z.boolean(),
  /** Two-sided p of "nothing changed": exact signed-rank or rank-sum. Null for exact metrics and where nothing was judged. */
  p: z.number().nullable(),
  /** The same after Holm's adjustment over all gating timed changes. Shown only: the interval decides. */
  pHolm: z.number().nullable(),
  verdict: changeVerdictSchema,
  /** The verdict in words, with its numbers. */
  why: z.string(),
})
export type Change = z.infer<typeof changeSchema>
