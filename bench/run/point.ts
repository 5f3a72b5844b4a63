import type { PlannedRound } from '../../src/plan/rounds.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { Generator, Subject } from './equipment.ts'
import { addressed, attempt, isGoing, type Lane, type RoundContext } from './lane.ts'
import { lapOf, type Pool, poolOfRun, requestsFrom } from './pool.ts'
import { loadKey } from './slice.ts'

export function poolAt(plan: PlannedRound, point: number, { config, scenario }: RoundContext): Pool {
  return scenario.pool?.(plan.points[point] ?? {}) ?? poolOfRun(config)
}

/** What makes one point unlike the one before: entries in the store, other credentials. The first one's load is open already. */
export async function preparePoint(
  point: number,
  plan: PlannedRound,
  lanes: readonly Lane[],
  generator: Generator,
  context: RoundContext,
): Promise<void> {
  const { scenario, listener } = context
  const entries = scenario.entries?.(plan.points[point] ?? {})
  if (entries !== undefined) {
    listener({ type: 'phase', round: plan.round, phase: `filling stores up to ${entries} entries` })
    // One after the other: two would fill at half the speed, and wait for each other's disk and memory.
    for (const lane of lanes) await fillTo(entries, lane, point, context)
  }
  // Filling can take longer than a server keeps an idle connection.
  const isNew = entries !== undefined || (scenario.pool !== undefined && point > 0)
  if (!isNew) return
  listener({ type: 'phase', round: plan.round, phase: 'issuing other credentials, warming up' })
  await openPoint(point, plan, lanes, generator, context)
}

async function fillTo(entries: number, lane: Lane, point: number, context: RoundContext): Promise<void> {
  const { server, info } = lane
  const track = lane.tracks[point]
  if (server === null || track === undefined || !isGoing(lane, context) || info.stores === null) return
  await attempt(lane, context.signal, async () => {
    const before = lane.tracks[point - 1]?.fill ?? { entries: 0, bytes: 0 }
    const bytesBefore = await bytesHeld(server, info)
    await server.fill(entries - before.entries)
    const bytesAfter = await bytesHeld(server, info)
    track.fill = { entries, bytes: grownTo(entries, before, bytesBefore, bytesAfter) }
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

/** Over the connections of the point before would go its credentials. */
async function openPoint(
  point: number,
  plan: PlannedRound,
  lanes: readonly Lane[],
  generator: Generator,
  context: RoundContext,
): Promise<void> {
  const { config, scenario, signal } = context
  const going = () => lanes.filter((lane) => isGoing(lane, context))
  for (const lane of going()) {
    await attempt(lane, signal, async () => {
      const pool = poolAt(plan, point, context)
      const requests = await requestsFrom(pool, lane, context)
      lane.lap = lapOf(requests, pool)
      await generator.open(loadKey(lane, 'autocannon'), 'autocannon', {
        ...addressed(lane),
        connections: config.connections,
        expectStatus: scenario.expectStatus,
        requests,
      })
    })
  }
  const warm = await generator.warmUp(
    going().map((lane) => ({ key: loadKey(lane, 'autocannon'), pid: lane.server?.pid ?? null })),
    config.warmupRequests,
    config.warmupLimitMs,
  )
  for (const lane of going()) {
    const track = lane.tracks[point]
    if (track !== undefined) track.warmup = warm[loadKey(lane, 'autocannon')] ?? null
  }
}
