import { z } from 'zod'

/** What is stolen, and what its user does meanwhile. */
export const THEFTS = {
  'no expiry': 'a token without exp',
  '10 years': 'a token that lives for 10 years',
  '1 hour': 'a token that lives for 1 h',
  'access token': 'the access token (5 min) beside a refresh token',
  'user first': 'access and refresh token (the user refreshes first)',
  'thief first': 'access and refresh token (the thief refreshes first)',
  'user away': 'access and refresh token (the user does not come back)',
  session: 'a session of 30 d',
  'session, no logout': 'a session of 30 d (the user never logs out)',
  bound: 'a token of 1 h that is bound to a key of its client',
} as const
export type TheftId = keyof typeof THEFTS
export const theftIds = Object.keys(THEFTS) as [TheftId, ...TheftId[]]

/** One theft, from the first use by somebody else on, by a clock that the experiment moves. */
export const leakObservationSchema = z.object({
  theft: z.enum(theftIds),
  /** A strategy of the run, or a library that has no strategy. */
  subject: z.string(),
  title: z.string(),
  /** The first moment at which the thief is refused for good; null: was never. 0: it never worked. */
  worksMs: z.number().nonnegative().nullable(),
  /** The first moment at which the server told user and thief apart; null: never. */
  noticedMs: z.number().nonnegative().nullable(),
  /** At the latest, by what the strategy says of itself; null: it promises no end. */
  promisedMs: z.number().nonnegative().nullable(),
  /** How long it was watched. */
  watchedMs: z.number().positive(),
  /** When the user logged out; null: not while it was watched. */
  logoutMs: z.number().nonnegative().nullable(),
  /** Requests of the thief that were served. */
  served: z.int().nonnegative(),
  asked: z.int().positive(),
})
export type LeakObservation = z.infer<typeof leakObservationSchema>
