import { z } from 'zod'

/** What is the case while users go on to services that did not log them in. */
export const PHASES = {
  others: 'all there, first request',
  again: 'all there, second request',
  rotation: 'keys rotate',
  flood: 'made-up key names come meanwhile',
  'issuer down': 'whoever logged them in is gone',
  restarted: 'a service starts anew, issuer gone',
} as const
export type PhaseId = keyof typeof PHASES
export const phaseIds = Object.keys(PHASES) as [PhaseId, ...PhaseId[]]

/** Made-up names of keys that come to each service at once. */
export const MADE_UP_NAMES = 100
/** The issuer is away for so long, by the clock of the services. */
export const AWAY_SECONDS = 600

/** What a service has because it verifies, and what somebody has who took it over. */
export const HOLDINGS = ['the secret', 'public keys', 'the store', 'a right to ask'] as const
export type Holding = (typeof HOLDINGS)[number]

const servedSchema = z.object({
  kind: z.literal('served'),
  strategy: z.string(),
  phase: z.enum(phaseIds),
  asked: z.int().positive(),
  /** 200. */
  served: z.int().nonnegative(),
  /** 503: nobody can tell. All else is a good credential that was refused. */
  unavailable: z.int().nonnegative(),
  /** Of the services meanwhile: requests to the auth server, or commands to the store; where they need neither, connections on which they asked anybody. */
  calls: z.int().nonnegative(),
})

const misusedSchema = z.object({
  kind: z.literal('misused'),
  strategy: z.string(),
  /** `forged`: a credential for somebody who never came, made by a service that was taken over. `replayed`: one that its user sent to that service. */
  how: z.enum(['forged', 'replayed']),
  holds: z.enum(HOLDINGS),
  /** At the other services. */
  sent: z.int().positive(),
  /** Or taken to the address in it. */
  accepted: z.int().nonnegative(),
})

const floodSchema = z.object({
  kind: z.literal('flood'),
  strategy: z.string(),
  services: z.int().positive(),
  sent: z.int().positive(),
  accepted: z.int().nonnegative(),
  /** How often all services together fetched the keys. */
  fetches: z.int().nonnegative(),
})

export const anotherServerObservationSchema = z.discriminatedUnion('kind', [
  servedSchema,
  misusedSchema,
  floodSchema,
])
export type AnotherServerObservation = z.infer<typeof anotherServerObservationSchema>
export type ServedObservation = z.infer<typeof servedSchema>
export type MisusedObservation = z.infer<typeof misusedSchema>
export type FloodObservation = z.infer<typeof floodSchema>
