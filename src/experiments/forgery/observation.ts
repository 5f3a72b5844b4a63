import { z } from 'zod'

export const LIBRARIES = ['jose', 'fast-jwt', 'jsonwebtoken', '@fastify/jwt'] as const
export type Library = (typeof LIBRARIES)[number]
/**
 * `readme`: the first verifying example of its documentation. `options`: with every option that it has for the checklist.
 * `ours`: the signature is the library's affair, and all else is checked as the servers of authbench do.
 */
export const CONFIGURATIONS = ['readme', 'options', 'ours'] as const
export type Configuration = (typeof CONFIGURATIONS)[number]
export const KEY_KINDS = ['HS256', 'RS256', 'ES256'] as const
export type KeyKind = (typeof KEY_KINDS)[number]

interface AttackInfo {
  /** Of the security checklist. */
  readonly item: string
  /** What is sent, for a table. */
  readonly title: string
  /** No key of the server has signed what they say: who accepts one takes a forgery for a signature. */
  readonly withoutKey: boolean
  /** They name another subject as well: what is accepted is a stolen identity. */
  readonly namesAnother: boolean
}

/** In the order of the checklist. */
export const ATTACKS = {
  unsigned: attack('J01', 'alg "none" in any case', 'for another'),
  'public-key': attack('J02', 'HMAC under the public key', 'for another'),
  'other-algorithm': attack('J03', 'another algorithm', 'with the key'),
  payload: attack('J04', "another's sub, signature kept or broken", 'for another'),
  changed: attack('J04', 'changed, cut short or longer', 'without the key'),
  spelling: attack('J05', 'another spelling of a good token', 'with the key'),
  'brought-key': attack('J06', 'brings its own key along', 'for another'),
  'key-name': attack('J07', 'name of a key that leads elsewhere', 'for another'),
  extension: attack('J08', 'crit that nobody knows', 'with the key'),
  expiry: attack('J09', 'expired, or exp missing or no number', 'with the key'),
  future: attack('J10', 'nbf or iat in the future or no number', 'with the key'),
  party: attack('J11', 'other or missing iss or aud', 'with the key'),
  type: attack('J12', 'other or missing typ', 'with the key'),
  subject: attack('J13', 'sub, iat, jti or client_id missing', 'with the key'),
  'no-claims': attack('J14', 'payload that is no set of claims, or too long', 'with the key'),
  'weak-key': attack('J15', 'weak secret or RSA key in use', 'with the key'),
  encrypted: attack('J19', 'encrypted, JSON or nested', 'with the key'),
} as const satisfies Readonly<Record<string, AttackInfo>>

function attack(
  item: string,
  title: string,
  made: 'for another' | 'without the key' | 'with the key',
): AttackInfo {
  return { item, title, withoutKey: made !== 'with the key', namesAnother: made === 'for another' }
}

export type AttackId = keyof typeof ATTACKS
export const attackIds = Object.keys(ATTACKS) as AttackId[]
const attackIdSchema = z.enum(attackIds as [AttackId, ...AttackId[]])

/** One kind of hostile tokens against one configuration, which accepted a good token before and after. */
export const forgeryObservationSchema = z.object({
  library: z.enum(LIBRARIES),
  version: z.string(),
  configuration: z.enum(CONFIGURATIONS),
  key: z.enum(KEY_KINDS),
  attack: attackIdSchema,
  sent: z.int().positive(),
  /** What was wrong with those that were accepted. */
  accepted: z.array(z.string()),
})
export type ForgeryObservation = z.infer<typeof forgeryObservationSchema>
