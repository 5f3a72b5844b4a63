import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { Transport } from '../contract.ts'
import type { Subject } from './harness/checked-server.ts'

/** One promise that a strategy has to keep. Runs without a test framework. */
export interface ConformanceCase {
  /** The item of the checklist that it belongs to; an item is kept when all of its cases are. */
  readonly id: string
  /** Continues the sentence "the strategy ...". */
  readonly name: string
  /** Where the credential is; default: the Authorization header. */
  readonly transport?: Transport
  /** Decided by what the strategy declares, never by its id. */
  appliesTo(strategy: StrategyInfo): boolean
  /** Gets a server that other cases of the strategy use before and after it. Rejects, with the reason, when the promise is broken. */
  run(subject: Subject): Promise<void>
}

/** The baseline keeps no state and rejects nothing, by declaration. */
export const rejectsSome = (strategy: StrategyInfo) => strategy.state !== 'none'
export const asksRedis = (strategy: StrategyInfo) => strategy.needs.includes('redis')
/** What is written here is read by every other node, or by none. */
export const sharesItsStore = ({ needs }: StrategyInfo) =>
  !needs.includes('memory') && !needs.includes('sqlite')

/** Longest time after which a change at the store is known to every server; 0: at once. */
export function revocationLagMs({ revocation }: StrategyInfo): number {
  return revocation.effect === 'within' ? revocation.ms : 0
}

/** Tokens say something by themselves, to whoever has the key; the credentials of stateful strategies are names of entries. */
export const usesTokens = ({ state }: StrategyInfo) => state === 'stateless' || state === 'hybrid'
export const usesSessions = ({ state }: StrategyInfo) => state === 'stateful'

/** One case that is an item of its own for tokens and another one for sessions. */
export function tokenAndSession(
  token: string,
  session: string,
  shared: Omit<ConformanceCase, 'id' | 'appliesTo'>,
): readonly ConformanceCase[] {
  return [
    { ...shared, id: token, appliesTo: usesTokens },
    { ...shared, id: session, appliesTo: usesSessions },
  ]
}

/** Something ends a credential before its own expiry does. */
export const isRevocable = ({ revocation }: StrategyInfo) =>
  revocation.effect === 'immediate' || revocation.effect === 'within'

/** How shortly before its end a credential can be shown to be good: what Redis lets expire, it counts in real time too. */
export const lastMomentSeconds = (strategy: StrategyInfo) => (asksRedis(strategy) ? 10 : 0.001)
