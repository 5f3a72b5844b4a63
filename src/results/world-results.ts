import { z } from 'zod'
import { paramsSchema } from './cell.ts'
import { estimateSchema } from './estimate.ts'

/** What a server answered that lets nobody in with a credential as large as those of the point. */
export const refusalSchema = z.object({
  strategy: z.string(),
  scenario: z.string(),
  params: paramsSchema,
  statuses: z.array(z.number().int()),
  credentialBytes: z.number().int(),
  requestHeadBytes: z.number().int(),
  rounds: z.number().int(),
})
export type Refusal = z.infer<typeof refusalSchema>

/** A distance in milliseconds; `beyond`: further than the furthest that was measured. 0: already where there is none. */
const crossingSchema = z.union([z.number().nonnegative(), z.literal('beyond')])
export type Crossing = z.infer<typeof crossingSchema>

/**
 * The distance of the store at which the session's latency passes that of another strategy: of each round interpolated between the two points
 * that it lies between, the median over rounds, with its order-statistic interval.
 */
export const crossoverSchema = z.object({
  scenario: z.string(),
  metric: z.string(),
  session: z.string(),
  strategy: z.string(),
  value: crossingSchema,
  /** Null: too few rounds. */
  low: crossingSchema.nullable(),
  high: crossingSchema.nullable(),
  rounds: z.number().int(),
  furthestMs: z.number(),
})
export type Crossover = z.infer<typeof crossoverSchema>

/** What the work of the handler leaves of the difference between a session and the others. */
export const handlerWorkSchema = z.object({
  scenario: z.string(),
  /** The session that the others are compared with. */
  session: z.string(),
  rows: z.array(
    z.object({
      metric: z.string(),
      strategy: z.string(),
      params: paramsSchema,
      /** strategy / session. */
      ratio: estimateSchema,
      /** Of the difference with an empty handler, on logarithms; null where none was shown there. */
      left: estimateSchema.nullable(),
      /** Null: too few rounds to judge. */
      told: z.boolean().nullable(),
    }),
  ),
  /** For each kind of work that was judged the least from which on no two strategies of the run can be told apart; null: not even at the most. */
  alike: z.array(
    z.object({
      metric: z.string(),
      work: z.enum(['waitMs', 'cpuUs']),
      from: z.number().nullable(),
      /** The largest difference that the intervals there do not exclude, as a fraction. */
      notExcluded: z.number().nullable(),
    }),
  ),
})
export type HandlerWork = z.infer<typeof handlerWorkSchema>

/** What is weighed, in the order in which it is told. */
export const WEIGHED = ['cost', 'latency', 'revoked', 'trips', 'memory'] as const

/** Sessions and revocable tokens, weighed in everything that a revocation costs. */
export const frontierSchema = z.object({
  scenario: z.string(),
  /** In each store: the most that were measured. */
  entries: z.number().int(),
  nearMs: z.number(),
  farMs: z.number(),
  rows: z.array(
    z.object({
      strategy: z.string(),
      /** CPU of all processes for a request, the store near. */
      cost: estimateSchema.nullable(),
      /** Median latency, the store far away. */
      latency: estimateSchema.nullable(),
      /** Promised; null: not before it expires. */
      revokedWithinMs: z.number().nullable(),
      roundTrips: z.number().int(),
      /** What the entries take in store and server; null where it cannot be told. */
      memoryBytes: z.number().nullable(),
      /** Better in one of these, and shown to be worse in none. */
      beatenBy: z.array(z.string()),
      /** Of each of the others: what it is shown to be worse in, and what could not be judged. Absent: stored before this was told. */
      others: z
        .array(
          z.object({
            strategy: z.string(),
            worseIn: z.array(z.enum(WEIGHED)),
            openIn: z.array(z.enum(WEIGHED)),
          }),
        )
        .optional(),
    }),
  ),
})
export type Frontier = z.infer<typeof frontierSchema>
