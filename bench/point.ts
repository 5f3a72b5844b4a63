import type { PlannedRound } from '../src/plan.ts'
import { attempt, isGoing, type Lane, type RoundContext } from './lane.ts'
import { type Pool, poolOfRun, requestsFrom } from './pool.ts'
import type { Generator } from './ports.ts'
import { loadKey, storeOf } from './slice.ts'

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
    // One after the other: what a shared store grows by is then one server's.
    for (const lane of lanes) await fillTo(entries, lane, point, context)
  }
  // Filling can take longer than a server keeps an idle connection.
  const isNew = entries !== undefined || (scenario.pool !== undefined && point > 0)
  if (!isNew) return
  listener({ type: 'phase', round: plan.round, phase: 'issuing other credentials, warming up' })
  await openPoint(point, plan, lanes, generator, context)
}

/** A process's resident memory moves by more than fewer take. */
const ENTRIES_IN_MEMORY = 20_000

async function fillTo(entries: number, lane: Lane, point: number, context: RoundContext): Promise<void> {
  const { server, info } = lane
  const track = lane.tracks[point]
  if (server === null || track === undefined || !isGoing(lane, context) || info.stores === null) return
  await attempt(lane, context.signal, async () => {
    const before = lane.tracks[point - 1]?.fill ?? { entries: 0, bytes: 0 }
    const held = () => bytesHeld(lane, context)
    const bytesBefore = await held()
    await server.fill(entries - before.entries)
    const grown = (await held()) - bytesBefore
    // What was too little to tell counts like the rest.
    const bytes =
      before.bytes === null ? (grown * entries) / (entries - before.entries) : before.bytes + grown
    const isNoise = info.needs.includes('memory') && entries < ENTRIES_IN_MEMORY
    track.fill = { entries, bytes: isNoise ? null : bytes }
  })
}

async function bytesHeld(lane: Lane, context: RoundContext): Promise<number> {
  const { server, info } = lane
  const meter = storeOf(lane, context)
  if (info.needs.includes('redis') && meter !== null) return meter.memory()
  return (await server?.readUse())?.storeBytes ?? 0
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
    await attempt(lane, signal, async () =>
      generator.open(loadKey(lane, 'autocannon'), 'autocannon', {
        origin: lane.server?.origin ?? '',
        connections: config.connections,
        expectStatus: scenario.expectStatus,
        requests: await requestsFrom(poolAt(plan, point, context), lane, context),
      }),
    )
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
