import { z } from 'zod'
import { answerSchema } from '../answers.ts'

export const BALANCES = ['round robin', 'least connections', 'sticky cookie'] as const
export type Balance = (typeof BALANCES)[number]
export const CHANGES = ['scale out', 'scale in', 'rolling restart', 'kill'] as const
export type Change = (typeof CHANGES)[number]

const place = { strategy: z.string(), balance: z.enum(BALANCES) }
/** Users who log in and then read several times each, one request after the other. */
const counted = {
  users: z.int().positive(),
  /** Of these, refused with 401 at least once: they have to log in again. */
  refusedUsers: z.int().nonnegative(),
  reads: z.int().positive(),
  refusedReads: z.int().nonnegative(),
  /** Reads that each instance got. */
  perInstance: z.array(z.int().nonnegative()),
}

const steadySchema = z.object({
  kind: z.literal('steady'),
  ...place,
  instances: z.int().positive(),
  ...counted,
})

/** Users who logged in before the change, and read after it. */
const changeSchema = z.object({
  kind: z.literal('change'),
  ...place,
  change: z.enum(CHANGES),
  ...counted,
  /** What was sent at a steady pace while it happened. */
  during: z.array(answerSchema),
})

const latencySchema = z.object({
  kind: z.literal('latency'),
  ...place,
  /** Through the balancer less without it, of requests that were sent in turn. */
  addedMs: z.array(z.number()),
})

/** Of all instances together, each loaded as often at every number of them. */
const cpuSchema = z.object({
  kind: z.literal('cpu'),
  strategy: z.string(),
  /** All numbers of instances of one round are next to each other in time. */
  round: z.int().nonnegative(),
  instances: z.int().positive(),
  /** That the instances were on; fewer than instances: they took turns. */
  cores: z.int().positive(),
  /** Answered, and what that took all processes of the instances. */
  requests: z.int().positive(),
  cpuUs: z.number().positive(),
})

const balancerSchema = z.object({ kind: z.literal('balancer'), product: z.string() })

export const scaleOutObservationSchema = z.discriminatedUnion('kind', [
  steadySchema,
  changeSchema,
  latencySchema,
  balancerSchema,
  cpuSchema,
])
export type ScaleOutObservation = z.infer<typeof scaleOutObservationSchema>
export type Steady = z.infer<typeof steadySchema>
export type Changed = z.infer<typeof changeSchema>
export type Latency = z.infer<typeof latencySchema>
export type Cpu = z.infer<typeof cpuSchema>
