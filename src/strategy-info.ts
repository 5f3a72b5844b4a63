import { z } from 'zod'

/** Where a strategy keeps state. `memory` is the server's own process. */
export const backendSchema = z.enum(['memory', 'redis'])
export type Backend = z.infer<typeof backendSchema>

/**
 * A promise that the conformance suite holds a strategy to.
 * - `immediate`: the next request after the acknowledged logout is refused
 * - `within`: refused at the latest `ms` milliseconds after it
 * - `at-expiry`: accepted until the credential's own `exp`
 * - `never`: nothing to revoke; the baseline only
 */
export const revocationSchema = z.discriminatedUnion('effect', [
  z.object({ effect: z.literal('immediate') }),
  z.object({ effect: z.literal('within'), ms: z.number().positive() }),
  z.object({ effect: z.literal('at-expiry') }),
  z.object({ effect: z.literal('never') }),
])

/** What a report says about a strategy, without the strategy's code at hand. */
export const strategyInfoSchema = z.object({
  id: z.string(),
  /** Short enough for a table: 'JWT HS256 (jose)'. */
  title: z.string(),
  /** One sentence that reports and README print. */
  summary: z.string(),
  state: z.enum(['none', 'stateless', 'stateful', 'hybrid']),
  revocation: revocationSchema,
  needs: z.array(backendSchema),
  /** The package that verifies the credential; null where no package does. */
  library: z.string().nullable(),
})
export type StrategyInfo = z.infer<typeof strategyInfoSchema>
