import { z } from 'zod'

/** Attribute of the cookie; `absent`: none, which leaves it to the browser. */
export const SAME_SITE = ['absent', 'none', 'lax', 'strict'] as const
export type SameSite = (typeof SAME_SITE)[number]
/** What the server asks of a request that changes something, on top of the cookie. */
export const DEFENCES = ['cookie alone', 'origin check', 'csrf token'] as const
export type Defence = (typeof DEFENCES)[number]
/** Where the page of the attacker lies: elsewhere, or under the same registrable domain. */
export const ATTACKERS = ['other site', 'sibling'] as const
export type Attacker = (typeof ATTACKERS)[number]
export const ATTACKS = ['form post', 'fetch', 'fetch json', 'link', 'image', 'login'] as const
export type Attack = (typeof ATTACKS)[number]

const place = {
  strategy: z.string(),
  sameSite: z.enum(SAME_SITE),
  defence: z.enum(DEFENCES),
}

const attackSchema = z.object({
  kind: z.literal('attack'),
  ...place,
  attacker: z.enum(ATTACKERS),
  attack: z.enum(ATTACKS),
  /** Sec-Fetch-Site as it arrived; null: the browser sent nothing that would count. */
  site: z.string().nullable(),
  /** The server did what the user had not asked for. */
  accepted: z.boolean(),
})

/** What the user does ask for has to work, or a server that refuses all would look safe. */
const ownSchema = z.object({
  kind: z.literal('own'),
  ...place,
  request: z.enum(['form', 'link from elsewhere']),
  accepted: z.boolean(),
})

const costSchema = z.object({
  kind: z.literal('cost'),
  check: z.enum(DEFENCES).exclude(['cookie alone']),
  nsPerRequest: z.number().positive(),
})

const browserSchema = z.object({ kind: z.literal('browser'), product: z.string() })

export const csrfObservationSchema = z.discriminatedUnion('kind', [
  attackSchema,
  ownSchema,
  costSchema,
  browserSchema,
])
export type CsrfObservation = z.infer<typeof csrfObservationSchema>
export type AttackObservation = z.infer<typeof attackSchema>
export type OwnObservation = z.infer<typeof ownSchema>
