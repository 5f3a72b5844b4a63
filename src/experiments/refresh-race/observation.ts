import { z } from 'zod'

/**
 * The user alone. `parallel`: several tabs refresh at once with one token. `late`: a tab comes with a token after another tab went
 * two refreshes on. `lost`: the answer never arrived, and the client asks again.
 */
const honestSchema = z.object({
  kind: z.literal('honest'),
  strategy: z.string(),
  situation: z.enum(['parallel', 'late', 'lost']),
  clients: z.int().positive(),
  /** By the clock of the servers, which the experiment sets. */
  afterMs: z.number().nonnegative(),
  granted: z.int().nonnegative(),
  refused: z.int().nonnegative(),
  /** Different refresh tokens that the one token was exchanged for. */
  successors: z.int().nonnegative(),
  /** No token that the user was given refreshes any more. */
  loggedOut: z.boolean(),
})

/** User and thief have the same token, and each refreshes in every period, one this long after the other. */
const theftSchema = z.object({
  kind: z.literal('theft'),
  strategy: z.string(),
  /** The thief's first use: before the user's own, after it, or after the user has refreshed twice. */
  thief: z.enum(['before', 'after', 'after two']),
  distanceMs: z.number().positive(),
  /** From the thief's first tokens to the end of the family; 0: it was given none. Null: not noticed. */
  windowMs: z.number().nonnegative().nullable(),
  /** How long it was watched. */
  watchedMs: z.number().positive(),
  grantsOfThief: z.int().nonnegative(),
  /** After the refusal nobody could refresh any more. */
  familyEnded: z.boolean(),
})

export const refreshRaceObservationSchema = z.discriminatedUnion('kind', [honestSchema, theftSchema])
export type RefreshRaceObservation = z.infer<typeof refreshRaceObservationSchema>
export type Honest = z.infer<typeof honestSchema>
export type Theft = z.infer<typeof theftSchema>
