import { z } from 'zod'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { answerSchema } from '../answers.ts'

export const GONE = ['redis', 'auth-api'] as const
export type Gone = (typeof GONE)[number]
export const GONE_WORDS: Readonly<Record<Gone, string>> = {
  redis: 'Redis',
  'auth-api': 'the authentication API',
}

const outageSchema = z.object({
  kind: z.literal('outage'),
  strategy: z.string(),
  /** Killed, and started again after a while. */
  gone: z.enum(GONE),
  /** Milliseconds from the start of the requests: killed, dead, started again, ready again. */
  killedMs: z.number().nonnegative(),
  goneMs: z.number().nonnegative(),
  startedMs: z.number().nonnegative(),
  readyMs: z.number().nonnegative(),
  /** The core API, with good credentials. */
  reads: z.array(answerSchema),
  logins: z.array(answerSchema),
  /** Empty: there are no refresh tokens. */
  refreshes: z.array(answerSchema),
  /** What a core that was started meanwhile answered to a good credential; null: it did not start. */
  newCore: z.int().nullable(),
  /** From when it was ready until a login was served and its credential accepted; null: they were not. */
  recoveredMs: z.number().nonnegative().nullable(),
})

/** What the core asks others for so many reads, while nobody else asks. */
const ioSchema = z.object({
  kind: z.literal('io'),
  strategy: z.string(),
  requests: z.int().positive(),
  /** That the core gave; what the auth API asks Redis on the way is no question of the core. */
  redisCommands: z.int().nonnegative(),
  authCalls: z.int().nonnegative(),
  /** Connections that the core holds. */
  redisSockets: z.int().nonnegative(),
  authSockets: z.int().nonnegative(),
})

export const splitObservationSchema = z.discriminatedUnion('kind', [outageSchema, ioSchema])
export type SplitObservation = z.infer<typeof splitObservationSchema>
export type SplitOutage = z.infer<typeof outageSchema>
export type SplitIo = z.infer<typeof ioSchema>

/** Whose core and authentication API can be two. */
export const isSplit = ({ family, needs, roundTrips }: StrategyInfo): boolean =>
  family === 'token and auth server' || (family === 'session' && needs.includes('redis') && roundTrips > 0)

/** It declares that its core needs nobody for a request: tokens that are good until they expire. */
export const promisesStatelessCore = ({ roundTrips, cache, revocation }: StrategyInfo): boolean =>
  roundTrips === 0 && cache === null && revocation.effect === 'at-expiry'
