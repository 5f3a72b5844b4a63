import type { PlannedRound } from '../../src/plan/rounds.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { EngineTarget } from '../load/engine.ts'
import type { EngineId } from '../load/messages.ts'
import type { Generator, Subject } from './equipment.ts'
import { flowOf } from './flow.ts'
import {
  addressed,
  attempt,
  closedConnections,
  isGoing,
  type Lane,
  pidOf,
  type RoundContext,
} from './lane.ts'
import { lapOf, type Pool, poolOfRun, requestsFrom } from './pool.ts'
import { loadKey } from './slice.ts'
import { enterWorld, refusesHere, worldAt, worldOfRun } from './world.ts'

/**
 * Enough for what is new in a world: V8 compiles it after 2,000 to 3,000 requests, and with 1,000 it did so in the windows. The rest ran
 * hot in the usual one, where requests are quick. Where they are slow, each server has the time.
 */
const WARM_AGAIN = { requests: 3000, milliseconds: 400 } as const

function poolAt(plan: PlannedRound, point: number, { config, scenario }: RoundContext): Pool {
  return scenario.pool?.(plan.points[point] ?? {}) ?? poolOfRun(config)
}

/** What its connections send, credentials issued. */
export async function loadOf(
  lane: Lane,
  plan: PlannedRound,
  point: number,
  context: RoundContext,
): Promise<Pick<EngineTarget, 'requests' | 'opening'>> {
  const { scenario, config } = context
  if (scenario.steps !== undefined) return flowOf(scenario.steps, lane.info, config)
  const pool = poolAt(plan, point, context)
  const requests = await requestsFrom(pool, lane, context)
  lane.lap = lapOf(requests, pool)
  return { requests }
}

/**
 * The world of the run, before it is known what each server serves there: an open loop is a share of that. Whoever lets nobody in there
 * has had its say.
 */
export async function prepareRunWorld(
  plan: PlannedRound,
  lanes: readonly Lane[],
  generator: Generator,
  context: RoundContext,
): Promise<void> {
  const movers = await enterWorld(worldOfRun(context), lanes, context)
  if (movers.length === 0) return
  for (const lane of lanes.filter((each) => refusesHere(each, context))) {
    for (const track of lane.tracks) track.refusal = lane.probeHere
    lane.broken = true
  }
  await openPoint(0, plan, lanes, generator, context, false)
}

/** What makes one point unlike the one before: its world, entries in the store, other credentials. The first one's load is open already. */
export async function preparePoint(
  point: number,
  plan: PlannedRound,
  lanes: readonly Lane[],
  generator: Generator,
  context: RoundContext,
): Promise<void> {
  const { scenario, listener } = context
  const entries = scenario.entries?.(plan.points[point] ?? {})
  const isFuller = entries !== undefined && entries !== entriesBefore(point, plan, context)
  const movers = await enterWorld(worldAt(plan.points[point] ?? {}, context), lanes, context)
  if (isFuller) {
    listener({ type: 'phase', round: plan.round, phase: `filling stores up to ${entries} entries` })
    // One after the other: two would fill at half the speed, and wait for each other's disk and memory.
    for (const lane of lanes) await fillTo(entries, lane, point, context)
  } else if (entries !== undefined) {
    for (const { tracks } of lanes)
      if (tracks[point] !== undefined) tracks[point].fill = tracks[point - 1]?.fill ?? null
  }
  for (const lane of lanes) {
    const track = lane.tracks[point]
    if (track === undefined || lane.probeHere === null) continue
    track.probe = lane.probeHere
    if (refusesHere(lane, context)) track.refusal = lane.probeHere
  }
  // Filling can take longer than a server keeps an idle connection.
  const isNew = isFuller || (scenario.pool !== undefined && point > 0)
  if (!isNew && movers.length === 0) return
  listener({ type: 'phase', round: plan.round, phase: 'issuing other credentials, warming up' })
  await openPoint(point, plan, lanes, generator, context, isNew)
}

/** No entries of others before the first point. */
const entriesBefore = (point: number, plan: PlannedRound, { scenario }: RoundContext): number =>
  point === 0 ? 0 : (scenario.entries?.(plan.points[point - 1] ?? {}) ?? 0)

async function fillTo(entries: number, lane: Lane, point: number, context: RoundContext): Promise<void> {
  const { server, info } = lane
  const track = lane.tracks[point]
  if (server === null || track === undefined || !isGoing(lane, context) || info.stores === null) return
  if (info.fixedStore === true) return
  await attempt(lane, context.signal, async () => {
    const before = lane.tracks[point - 1]?.fill ?? { entries: 0, bytes: 0 }
    const [bytesBefore, ownBefore] = [await bytesHeld(server, info), await server.storeBytes()]
    await server.fill(entries - before.entries)
    const [bytesAfter, ownAfter] = [await bytesHeld(server, info), await server.storeBytes()]
    track.fill = {
      entries,
      bytes: grownTo(entries, before, bytesBefore, bytesAfter),
      ...(info.needs.includes('redis')
        ? { serverBytes: (before.serverBytes ?? 0) + ownAfter - ownBefore }
        : {}),
    }
  })
}

/** Null: not to be told. What takes nothing, or less than nothing, was lost in what else the store did meanwhile. */
function grownTo(
  entries: number,
  before: { readonly entries: number; readonly bytes: number | null },
  bytesBefore: number | null,
  bytesAfter: number | null,
): number | null {
  if (bytesBefore === null || bytesAfter === null || bytesAfter <= bytesBefore) return null
  const grown = bytesAfter - bytesBefore
  // Earlier ones of which it was not to be told count like these.
  return before.bytes === null ? (grown * entries) / (entries - before.entries) : before.bytes + grown
}

/** Null on a Redis that others write to as well: a table that it doubles is nobody's alone. */
async function bytesHeld(server: Subject, { needs }: StrategyInfo): Promise<number | null> {
  if (!needs.includes('redis')) return server.storeBytes()
  return (await server.store?.memory()) ?? null
}

/**
 * Over the connections of the point before would go its credentials.
 * @param isNew whether its load is another one, so that servers are warmed up as at the start; they only came into another world otherwise
 */
async function openPoint(
  point: number,
  plan: PlannedRound,
  lanes: readonly Lane[],
  generator: Generator,
  context: RoundContext,
  isNew: boolean,
): Promise<void> {
  const { config, scenario, signal } = context
  const going = () => lanes.filter((lane) => isGoing(lane, context) && lane.tracks[point]?.refusal === null)
  const engines: readonly (readonly [EngineId, number])[] = [
    ['autocannon', closedConnections(context)],
    ...(scenario.load.kind === 'closed' ? [] : [['paced', config.pacedConnections] as const]),
  ]
  for (const lane of going()) {
    await attempt(lane, signal, async () => {
      const load = await loadOf(lane, plan, point, context)
      for (const [engine, connections] of engines) {
        await generator.open(loadKey(lane, engine), engine, {
          ...addressed(lane),
          connections,
          expectStatus: scenario.expectStatus,
          ...load,
        })
      }
    })
  }
  const warm = await generator.warmUp(
    going().map((lane) => ({ key: loadKey(lane, 'autocannon'), pid: pidOf(lane, context) })),
    isNew ? config.warmupRequests : Math.min(WARM_AGAIN.requests, config.warmupRequests),
    isNew ? config.warmupLimitMs : Math.min(WARM_AGAIN.milliseconds * lanes.length, config.warmupLimitMs),
  )
  for (const lane of going()) {
    const track = lane.tracks[point]
    const again = warm[loadKey(lane, 'autocannon')]
    if (track === undefined || again === undefined) continue
    track.warmup = isNew
      ? again
      : { requests: lane.warmup.requests + again.requests, converged: lane.warmup.converged }
  }
}
