import { z } from 'zod'

/**
 * A number never travels without its uncertainty: 95 % interval over rounds. `low` and `high` are null when
 * there are too few rounds for a distribution-free interval (fewer than 6).
 */
export const estimateSchema = z.object({
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  rounds: z.number().int().nonnegative(),
  /** A mean of unlike requests: `low` and `high` are the least and the most of any, not an interval. */
  isRange: z.literal(true).optional(),
})
export type Estimate = z.infer<typeof estimateSchema>

/** Of what was seen once, or the most of what was seen: there is no interval. */
export const seenEstimate = (value: number, rounds: number): Estimate => ({
  value,
  low: null,
  high: null,
  rounds,
})

/** Of a number that was counted: there is nothing else that it could be. */
export const exactEstimate = (value: number, rounds: number): Estimate => ({
  value,
  low: value,
  high: value,
  rounds,
})
