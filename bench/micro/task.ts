import type { MaybePromise, StrategyDeps } from '../../servers/contract.ts'
import type { MicroTaskInfo } from '../../src/results/micro.ts'

/** What tasks work with; each process has its own. */
export interface MicroContext {
  /** Every store is a map of the process, and there is nothing else: what a strategy does by itself. */
  readonly alone: StrategyDeps
  /** The same with a real Redis; rejects where no task of the measurement needs one. */
  readonly withRedis: StrategyDeps
}

/** One operation, ready to be repeated. */
export interface Operation {
  /** @param turn counts up from 0, so that a pool of inputs is walked in order */
  run(turn: number): MaybePromise<unknown>
  /** Asked of every answer: work whose result nobody looks at may be optimised away, and a refusal must not look fast. */
  isRight(answer: unknown): boolean
  close(): MaybePromise<void>
}

export interface MicroTask extends MicroTaskInfo {
  readonly needsRedis: boolean
  /** @throws NotApplicable */
  open(context: MicroContext): Promise<Operation>
}

/** There is nothing to measure, which is only known once the strategy is open. The task is left out without a word. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

/** As many different inputs as a server of a run has credentials. */
export const POOL = 1000
/** What a server has under way with the connections of a run. */
export const IN_FLIGHT = 16

export const subjectOf = (index: number): string => `user-${String(index).padStart(7, '0')}`

export const idWith = (id: string, inFlight: number): string => (inFlight === 1 ? id : `${id} x${inFlight}`)
export const titleWith = (title: string, inFlight: number): string =>
  inFlight === 1 ? title : `${title}, ${inFlight} in flight`
