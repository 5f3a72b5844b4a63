import type { Cell, Probe, Slice, StoreUse } from '../src/cell.ts'
import { AuthbenchError, messageOf } from '../src/errors.ts'
import type { PlannedCell } from '../src/plan.ts'
import type { RunConfig } from '../src/results.ts'
import type { StrategyInfo } from '../src/strategy-info.ts'
import type { EngineSlice } from './load/engine.ts'
import type { Bench, Subject } from './ports.ts'
import type { RunListener } from './progress/events.ts'
import type { Scenario } from './scenario.ts'

export interface RoundContext {
  readonly bench: Bench
  readonly config: RunConfig
  readonly strategies: ReadonlyMap<string, StrategyInfo>
  readonly scenario: Scenario
  readonly keyPrefix: string
  readonly signal: AbortSignal
  readonly listener: RunListener
}

export interface MeasuredSlice {
  readonly engine: EngineSlice
  readonly slice: Slice
  readonly store: StoreUse | null
}

/** A server's way through the round. A failure ends its way, never the round. */
export interface Lane {
  readonly plan: PlannedCell
  readonly info: StrategyInfo
  readonly key: string
  subject: Subject | null
  probe: Probe | null
  startedAt: Date | null
  warmupRequests: number
  attempt: number
  slices: MeasuredSlice[]
  /** What the machine did to all servers of the same passes. */
  roundDrift: number
  /** Earlier attempts, all invalid. */
  readonly earlier: Cell[]
  error: AuthbenchError | null
  /** Nothing more can be measured on it, and what was measured stays. */
  broken: boolean
}

export function newLane(plan: PlannedCell, context: RoundContext): Lane {
  const info = context.strategies.get(plan.strategy)
  if (info === undefined) throw new Error(`no strategy '${plan.strategy}'`)
  return {
    plan,
    info,
    key: plan.arm === 'main' ? plan.strategy : `${plan.strategy}-${plan.arm}`,
    subject: null,
    probe: null,
    startedAt: null,
    warmupRequests: 0,
    attempt: 0,
    slices: [],
    roundDrift: 1,
    earlier: [],
    error: null,
    broken: false,
  }
}

export const isGoing = (lane: Lane, { signal }: RoundContext): boolean =>
  !signal.aborted && lane.error === null && !lane.broken

const FATAL = new Set(['REDIS_LOST', 'REDIS_COUNTERS_RESET', 'GENERATOR_LOST'])

/** A failure ends the lane, except where no lane can be measured any more. */
export async function attempt(lane: Lane, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const failure = asAuthbenchError(error)
    // Servers that are stopped because the run ends did not fail.
    if (signal.aborted) return
    if (FATAL.has(failure.code)) throw failure
    lane.error = failure
  }
}

export function asAuthbenchError(error: unknown): AuthbenchError {
  if (error instanceof AuthbenchError) return error
  return new AuthbenchError('UNEXPECTED', messageOf(error), {
    next: 'This is a defect of authbench; please report it with the command that you ran.',
    exitCode: 3,
    cause: error,
  })
}
