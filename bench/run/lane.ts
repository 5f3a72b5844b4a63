import type { RateSearch } from '../../src/plan/rate-search.ts'
import type { PlannedRound, PlannedSubject } from '../../src/plan/rounds.ts'
import type { Cell, CompletedCell, Params, Probe, Slice, StoreUse } from '../../src/results/cell.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import type { RunConfig } from '../../src/results/results.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import { USUAL_WORLD, type World, worldWith } from '../../src/worlds/world.ts'
import type { EngineSlice, Reached } from '../load/engine.ts'
import type { EngineId, WarmUp } from '../load/messages.ts'
import type { RunListener } from '../progress/events.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import type { Bench, MovableSubject } from './equipment.ts'

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
  readonly cache: Hits | null
}

type Hits = NonNullable<CompletedCell['cache']>
type Fill = NonNullable<CompletedCell['fill']>

/** One point of the scenario on one server, on its way to become a cell. */
export interface Track {
  readonly params: Params
  readonly engine: EngineId
  readonly connections: number
  /** Slices that make it whole; a search has as many as it needs. */
  readonly wantedSlices: number | null
  attempt: number
  startedAt: Date | null
  slices: MeasuredSlice[]
  search: RateSearch | null
  /** Where the point has a load of its own. */
  warmup: WarmUp | null
  /** Entries of others that its store was given, and what it grew by. */
  fill: Fill | null
  /** What the machine did to all servers of the same passes. */
  roundDrift: number
  /** In the world of the point; null: as the server's first one. */
  probe: Probe | null
  /** What a server answered that lets nobody in there; null: it does. */
  refusal: Probe | null
  /** Earlier attempts, all invalid. */
  readonly earlier: Cell[]
}

/** A server's way through the round. A failure ends its way, never the round. */
export interface Lane {
  readonly subject: PlannedSubject
  readonly round: number
  readonly info: StrategyInfo
  readonly key: string
  readonly tracks: readonly Track[]
  server: MovableSubject | null
  /** The one that it is in, and where it is reached there. */
  world: World
  origin: string | null
  /** At its start, and in the world that it is in; the second is null in the usual one. */
  probe: Probe | null
  probeHere: Probe | null
  warmup: WarmUp
  /** Requests until a cache has met those who come again soon; 0 where every connection goes on with a session of its own. */
  lap: number
  /** Requests per second that the server answers in a closed loop; null until that is known. */
  capacity: number | null
  error: AuthbenchError | null
  /** Nothing more can be measured on it, and what was measured stays. */
  broken: boolean
}

/** Of the closed loop, in which servers are warmed up as well. */
export const closedConnections = ({ config, scenario }: Pick<RoundContext, 'config' | 'scenario'>): number =>
  scenario.connections ?? config.connections

function newTrack(params: Params, { config, scenario }: RoundContext): Track {
  const { kind } = scenario.load
  return {
    params,
    engine: kind === 'closed' ? 'autocannon' : 'paced',
    connections: kind === 'closed' ? closedConnections({ config, scenario }) : config.pacedConnections,
    wantedSlices:
      kind === 'closed' ? config.slicesPerRound : kind === 'paced' ? config.pacedSlicesPerRound : null,
    attempt: 0,
    startedAt: null,
    slices: [],
    search: null,
    warmup: null,
    fill: null,
    roundDrift: 1,
    probe: null,
    refusal: null,
    earlier: [],
  }
}

export function newLane(subject: PlannedSubject, plan: PlannedRound, context: RoundContext): Lane {
  const info = context.strategies.get(subject.strategy)
  if (info === undefined) throw new Error(`no strategy '${subject.strategy}'`)
  return {
    subject,
    round: plan.round,
    info,
    key: subject.arm === 'main' ? subject.strategy : `${subject.strategy}-${subject.arm}`,
    tracks: plan.points.map((params) => newTrack(params, context)),
    server: null,
    // TLS is of the whole run: a server listens with it or without.
    world: worldWith(USUAL_WORLD, { tls: context.config.world?.tls ?? false }),
    origin: null,
    probe: null,
    probeHere: null,
    warmup: { requests: 0, converged: null },
    lap: 0,
    capacity: null,
    error: null,
    broken: false,
  }
}

export const isGoing = (lane: Lane, { signal }: RoundContext): boolean =>
  !signal.aborted && lane.error === null && !lane.broken

/** Only what was measured whole can be judged. */
export const isWhole = ({ slices, wantedSlices, search }: Track): boolean =>
  wantedSlices === null ? search !== null && search.next === null : slices.length === wantedSlices

/** Whose CPU time is looked at; none where times are not asked for. */
export const pidOf = ({ server }: Lane, { config }: RoundContext): number | null =>
  config.timed === false ? null : (server?.pid ?? null)

/** Where its load goes. */
export function addressed({
  server,
  origin,
  world: { link },
}: Pick<Lane, 'server' | 'origin' | 'world'>): Reached {
  const own = server?.origin ?? ''
  // Over a link as well: its requests are to weigh the same.
  const host = server?.host ?? (origin === null || origin === own ? undefined : new URL(own).host)
  const certificate = server?.certificate
  return {
    origin: origin ?? own,
    ...(host === undefined ? {} : { host }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(link === null ? {} : { link }),
  }
}

const FATAL = new Set([
  'REDIS_LOST',
  'REDIS_COUNTERS_RESET',
  'REDIS_MASTERS_CHANGED',
  'GENERATOR_LOST',
  'AGENT_LOST',
  'HOST_LOST',
  'FLEET_LOST',
])

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
