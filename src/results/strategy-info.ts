import { z } from 'zod'

/** Where a strategy keeps state. `memory` is the server's own process, `sqlite` a file that its process opens. */
export const backendSchema = z.enum(['memory', 'redis', 'sqlite'])
export type Backend = z.infer<typeof backendSchema>

/** What has to be there before a server of the strategy can start; `auth-server` is a second process, whose cost counts too. */
export const needSchema = z.enum([...backendSchema.options, 'auth-server'])

/**
 * A promise that the conformance suite holds a strategy to.
 * - `immediate`: the next request after the acknowledged logout is refused
 * - `within`: refused at the latest `ms` milliseconds after it
 * - `at-expiry`: accepted until the credential's own `exp`
 * - `never`: nothing to revoke; the baseline only
 * - `unknown`: somebody else's endpoint, whose promise is not known here
 */
export const revocationSchema = z.discriminatedUnion('effect', [
  z.object({ effect: z.literal('immediate') }),
  z.object({ effect: z.literal('within'), ms: z.number().positive() }),
  z.object({ effect: z.literal('at-expiry') }),
  z.object({ effect: z.literal('never') }),
  z.object({ effect: z.literal('unknown') }),
])

/** Why it fails an item of the security checklist by design, and in which cases of it: those by their names, the others are to hold. */
const exceptionSchema = z.object({
  reason: z.string().min(1),
  cases: z.array(z.string()).min(1).readonly(),
})
export type ConformanceException = z.infer<typeof exceptionSchema>

/** What a report says about a strategy, without the strategy's code at hand. */
export const strategyInfoSchema = z.object({
  id: z.string(),
  /** Short enough for a table: 'JWT HS256 (jose)'. */
  title: z.string(),
  /** One sentence that reports and README print. */
  summary: z.string(),
  state: z.enum(['none', 'stateless', 'stateful', 'hybrid', 'unknown']),
  /** The group that reports sort it into. */
  family: z.enum(['baseline', 'session', 'token', 'revocable token', 'token and auth server', 'target']),
  revocation: revocationSchema,
  needs: z.array(needSchema),
  /** What is kept, and for whom: 'one entry per session'. Null: nothing is kept on any server. */
  stores: z.string().nullable(),
  /** `stores` does not grow with its users one by one, or only on another server: nothing for `store-size` to fill. Absent: it does. */
  fixedStore: z.boolean().optional(),
  /** Whether entries are for everyone who has a credential, or for what was revoked. Absent: not said. */
  entriesFor: z.enum(['everyone', 'revoked']).optional(),
  /** Claims that it sets in its tokens and takes out again: a user's own of that name would be lost. Absent: none. */
  ownClaims: z.array(z.string()).optional(),
  /** Trips, one after the other, to a store or another server, and from there to its store, for one request with a good credential and warm caches. */
  roundTrips: z.int().min(0),
  /** Its servers ask Redis also when no request comes: a feed that is followed, a list that is polled. Absent: they do not. */
  background: z.boolean().optional(),
  /** A cache of verified credentials inside each server: what `population` measures. Null: none. */
  cache: z.object({ entries: z.int().positive(), seconds: z.number().positive() }).nullable(),
  /** Every request has to carry a proof that its sender has a key, made for this request alone (RFC 9449). Absent: the credential is enough. */
  proof: z.literal('dpop').optional(),
  /** Its credentials are exchanged for new ones with a refresh token; `Authenticator.refreshes` is there. */
  refreshes: z.boolean(),
  /** Items of the security checklist that it fails by design, by their ids. What is listed and holds is an error as well. */
  exceptions: z.record(z.string(), exceptionSchema),
  /** The package that verifies the credential; null where no package does. */
  library: z.string().nullable(),
})
export type StrategyInfo = z.infer<typeof strategyInfoSchema>
