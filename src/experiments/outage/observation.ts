import { z } from 'zod'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { answerSchema } from '../answers.ts'

/** What each command waits for in the fault `slow`. */
export const SLOW_MS = 1000

export const OUTAGE_FAULTS = ['killed', 'paused', 'slow', 'emptied', 'evicting'] as const
export type OutageFault = (typeof OUTAGE_FAULTS)[number]

/** In these everything is still in Redis once it is back. */
export const keepsData = (fault: OutageFault): boolean => fault !== 'emptied' && fault !== 'evicting'

/** One strategy through one fault. Times are milliseconds from the start of the requests. */
export const outageObservationSchema = z.object({
  strategy: z.string(),
  fault: z.enum(OUTAGE_FAULTS),
  fromMs: z.number().nonnegative(),
  /** When the fault was there: it takes a moment to save and kill a Redis. Absent in observations of before it was noted. */
  goneMs: z.number().nonnegative().optional(),
  toMs: z.number().nonnegative(),
  /** Good credentials from before the fault. */
  reads: z.array(answerSchema),
  logins: z.array(answerSchema),
  /** A route that knows no credentials. */
  anonymous: z.array(answerSchema),
  /** From its end until a login was sent whose credential was accepted; null: none was, as long as it was waited for. */
  recoveredMs: z.number().nonnegative().nullable(),
  /** Users who were logged in before, and did nothing meanwhile; and how many of them were refused afterwards, by their refresh token where they have one. */
  users: z.int().nonnegative(),
  loggedOut: z.int().nonnegative(),
  /** Users who sent a refresh just as the fault began, and those of them whom the same refresh token, sent again, logs out. */
  refreshing: z.int().nonnegative(),
  refreshingLoggedOut: z.int().nonnegative(),
  /** Credentials that were revoked and refused before, and how many of them were accepted afterwards. */
  revoked: z.int().nonnegative(),
  revived: z.int().nonnegative(),
  /** Resident memory of the server, when the fault began and when it ended; null where it is not shown. */
  memoryBytes: z.object({ before: z.number(), after: z.number() }).nullable(),
})
export type OutageObservation = z.infer<typeof outageObservationSchema>

/** From when on nothing can have come from the store. */
export const goneFrom = ({ goneMs, fromMs }: Pick<OutageObservation, 'goneMs' | 'fromMs'>): number =>
  goneMs ?? fromMs

/** An answer takes no longer, whatever the store does: as the security checklist asks (A01). */
export const ANSWER_LIMIT_MS = 1000

/** How long a good credential may still be accepted without the store, from what the server knows; null: as long as it lives. */
export function servesAloneMs({ revocation, roundTrips, cache }: StrategyInfo): number | null {
  if (revocation.effect !== 'immediate' && revocation.effect !== 'within') return null
  if (roundTrips > 0) return 0
  return Math.max(revocation.effect === 'within' ? revocation.ms : 0, 1000 * (cache?.seconds ?? 0))
}
