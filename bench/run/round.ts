import { type PlannedRound, passOrder } from '../../src/plan/rounds.ts'
import type { Cell } from '../../src/results/cell.ts'
import type { AuthbenchError } from '../../src/results/errors.ts'
import type { EngineTarget } from '../load/engine.ts'
import type { EngineId } from '../load/messages.ts'
import { assertSound, measureCapacities, rateOf } from './capacity.ts'
import { toCell } from './cell-of-lane.ts'
import type { Generator, Subject } from './equipment.ts'
import {
  addressed,
  asAuthbenchError,
  attempt,
  closedConnections,
  isGoing,
  type Lane,
  newLane,
  pidOf,
  type RoundContext,
} from './lane.ts'
import { warmUpAt } from './limited/warm-up.ts'
import { measurePoint, repeatDisturbed } from './passes.ts'
import { loadOf, preparePoint, prepareRunWorld } from './point.ts'
import { probeLane } from './probe-lane.ts'
import { searchRates } from './search.ts'
import { arrivalsOf, loadKey } from './slice.ts'

/** What the paced client compiles in; not recorded. */
const SETTLE_MS = 100
const SETTLE_SHARE = 0.3
const PREPARED_TOGETHER = 5
/** So many that they are code of their own by then. */
const QUESTIONS = 10

export interface RoundOutcome {
  readonly cells: readonly Cell[]
  /** What ended the round before its end and ends the run: the store is gone, the generator died. */
  readonly fatal: AuthbenchError | null
}

/** Fresh processes for every strategy, short alternating slices on each, one cell for each point. Leaves nothing running. */
export async function runRound(plan: PlannedRound, context: RoundContext): Promise<RoundOutcome> {
  const lanes = plan.subjects.map((subject) => newLane(subject, plan, context))
  const started: { generator: Generator | null } = { generator: null }
  let fatal: AuthbenchError | null = null
  try {
    const generator = await prepareRound(plan, lanes, started, context)
    await measureRound(plan, lanes, generator, context)
  } catch (error) {
    // Processes that are stopped because the user ends the run did not fail.
    if (!context.signal.aborted) fatal = asAuthbenchError(error)
  } finally {
    await Promise.all([started.generator?.stop(), ...lanes.map((lane) => lane.server?.stop())])
    await context.bench.store?.clear(context.keyPrefix).catch(() => undefined)
  }
  const ended = context.signal.aborted || fatal !== null
  const cells = plan.points.flatMap((_, point) =>
    lanes.flatMap((lane) => {
      const track = lane.tracks[point]
      return track === undefined ? [] : [...track.earlier, ...toCell(lane, track, ended, context)]
    }),
  )
  return { cells, fatal }
}

/** Servers up, credentials issued, answers right, code compiled. */
async function prepareRound(
  plan: PlannedRound,
  lanes: readonly Lane[],
  started: { generator: Generator | null },
  context: RoundContext,
): Promise<Generator> {
  const { config, listener, bench, signal } = context
  const requests = new Map<Lane, Pick<EngineTarget, 'requests' | 'opening'>>()
  const prepare = (lane: Lane) =>
    attempt(lane, signal, async () => {
      const { strategy, arm } = lane.subject
      const { entries } = context.scenario
      const prefix = `${context.keyPrefix}${strategy}-${arm}:`
      lane.server = await bench.startSubject(strategy, arm, prefix, entries !== undefined)
      requests.set(lane, await loadOf(lane, plan, 0, context))
      lane.probe = await probeLane(lane, context)
      await askBefore(lane.server)
    })
  listener({ type: 'phase', round: plan.round, phase: 'starting servers, issuing credentials, probing' })
  const generator = await startAll(started, () => bench.startGenerator(), inTurn(lanes, prepare))
  const going = () => lanes.filter((lane) => isGoing(lane, context))
  const open = async (engine: EngineId, connections: number) => {
    for (const lane of going()) {
      await attempt(lane, signal, () =>
        generator.open(loadKey(lane, engine), engine, {
          ...addressed(lane),
          connections,
          expectStatus: context.scenario.expectStatus,
          ...(requests.get(lane) ?? { requests: [] }),
        }),
      )
    }
  }
  if (config.maxRate !== undefined) {
    await open('paced', config.pacedConnections)
    listener({ type: 'phase', round: plan.round, phase: 'warming up' })
    await warmUpAt(config.maxRate, plan, lanes, generator, context)
    return generator
  }
  await open('autocannon', closedConnections(context))
  listener({ type: 'phase', round: plan.round, phase: 'warming up' })
  const warm = await generator.warmUp(
    going().map((lane) => ({ key: loadKey(lane, 'autocannon'), pid: pidOf(lane, context) })),
    config.warmupRequests,
    config.warmupLimitMs,
  )
  for (const lane of going()) {
    lane.warmup = warm[loadKey(lane, 'autocannon')] ?? lane.warmup
    await attempt(lane, signal, async () => lane.server?.assertAlive())
    await lane.server?.pin()
  }
  if (context.scenario.load.kind !== 'closed') {
    await open('paced', config.pacedConnections)
    await prepareRunWorld(plan, lanes, generator, context)
  }
  return generator
}

/**
 * What is asked of a server between windows, it is asked before it is warm as well. Otherwise V8 throws away code that it compiled for requests
 * alone, and the first thousand requests of the windows run, and allocate, as if there had been no warm-up.
 */
async function askBefore(server: Subject): Promise<void> {
  for (let time = 0; time < QUESTIONS; time++) await (await server.measureAllocated())()
}

/** A few at a time: dozens of processes that all start at once miss their time limits on two cores. */
function inTurn(lanes: readonly Lane[], prepare: (lane: Lane) => Promise<void>): readonly Promise<void>[] {
  const queue = lanes.values()
  return Array.from({ length: PREPARED_TOGETHER }, async () => {
    for (const lane of queue) await prepare(lane)
  })
}

/** Waits for all, whatever fails: what is still starting when the round ends would never be stopped. */
async function startAll(
  started: { generator: Generator | null },
  startGenerator: () => Promise<Generator>,
  lanes: readonly Promise<void>[],
): Promise<Generator> {
  const starting = startGenerator().then((generator) => {
    started.generator = generator
    return generator
  })
  const outcomes = await Promise.allSettled([starting, ...lanes])
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  return starting
}

async function measureRound(
  plan: PlannedRound,
  lanes: readonly Lane[],
  generator: Generator,
  context: RoundContext,
): Promise<void> {
  const { listener, scenario, config } = context
  if (scenario.load.kind !== 'closed' && config.maxRate === undefined) {
    listener({ type: 'phase', round: plan.round, phase: 'measuring what each server can serve' })
    await measureCapacities(plan, lanes, generator, context)
    await settle(plan, lanes, generator, context)
  }
  if (scenario.load.kind === 'search') {
    return repeatDisturbed(0, plan, lanes, context, (some) => searchRates(plan, some, generator, context))
  }
  for (const point of plan.points.keys()) {
    await preparePoint(point, plan, lanes, generator, context)
    await measurePoint(point, plan, lanes, generator, context)
  }
}

async function settle(
  plan: PlannedRound,
  lanes: readonly Lane[],
  generator: Generator,
  context: RoundContext,
): Promise<void> {
  for (const { position } of passOrder(plan.subjects, 0)) {
    const lane = lanes.find(({ subject }) => subject.position === position)
    const rate = lane === undefined ? null : rateOf(lane, lanes, SETTLE_SHARE, context)
    if (lane === undefined || rate === null || !isGoing(lane, context)) continue
    const arrivals = arrivalsOf(context, rate, { round: plan.round, point: 99, pass: 99 })
    await attempt(lane, context.signal, async () => {
      const { slice } = await generator.slice(loadKey(lane, 'paced'), { milliseconds: SETTLE_MS, arrivals })
      assertSound(slice, 'while the open loop was started')
    })
  }
}
