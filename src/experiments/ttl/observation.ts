import { z } from 'zod'

const seconds = z.number().nonnegative()

export const ttlObservationSchema = z.discriminatedUnion('kind', [
  /** One server process: CPU of the server and of Redis together. */
  z.object({
    kind: z.literal('cost'),
    strategy: z.string(),
    refreshUs: z.number().positive(),
    verifiedUs: z.number().positive(),
    refreshes: z.int().positive(),
    requests: z.int().positive(),
  }),
  /** Users who refresh when they are refused, on a clock that the experiment sets. */
  z.object({
    kind: z.literal('use'),
    strategy: z.string(),
    lifeSeconds: seconds,
    /** From one request of a user to the next, on average. */
    gapSeconds: seconds,
    users: z.int().positive(),
    usedSeconds: seconds,
    requests: z.int().positive(),
    refreshes: z.int().nonnegative(),
    /** What the same requests need where every token lives exactly so long. */
    needed: z.int().nonnegative(),
  }),
  /** One logout, at a moment in the life of an access token. */
  z.object({
    kind: z.literal('logout'),
    strategy: z.string(),
    lifeSeconds: seconds,
    ageSeconds: seconds,
    /** From the logout until the access token is refused. */
    acceptedSeconds: seconds,
    /** The refresh token was good for another pair after the logout. */
    refreshed: z.boolean(),
  }),
  /** Users who log in within a minute, and whose clients refresh when the life is over. */
  z.object({
    kind: z.literal('herd'),
    lifeSeconds: seconds,
    /** By so much a life may be longer or shorter, as a share of it. */
    jitter: z.number().min(0).max(1),
    users: z.int().positive(),
    /** Refreshes of the worst minute, over those of a minute on average. */
    peakOverMean: z.number().positive(),
  }),
])
export type TtlObservation = z.infer<typeof ttlObservationSchema>
export type TtlObservationOf<Kind extends TtlObservation['kind']> = Extract<
  TtlObservation,
  { readonly kind: Kind }
>
