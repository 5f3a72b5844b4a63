import type { StrategyInfo } from '../../src/strategy-info.ts'
import type { Subject } from './subject.ts'

/** One promise that a strategy has to keep. Runs without a test framework. */
export interface ConformanceCase {
  /** Continues the sentence "the strategy ...". */
  readonly name: string
  /** Decided by what the strategy declares, never by its id. */
  appliesTo(strategy: StrategyInfo): boolean
  /** Gets a server of its own. Rejects, with the reason, when the promise is broken. */
  run(subject: Subject): Promise<void>
}

/** The baseline keeps no state and rejects nothing, by declaration. */
export const rejectsSome = (strategy: StrategyInfo) => strategy.state !== 'none'
export const asksRedis = (strategy: StrategyInfo) => strategy.needs.includes('redis')
