import type { Cell } from '../src/cell.ts'
import { commonDrift } from '../src/checks/drift.ts'
import type { AuthbenchError } from '../src/errors.ts'
import type { PlannedRound } from '../src/plan.ts'
import { asAuthbenchError, attempt, isGoing, type Lane, newLane, type RoundContext } from './lane.ts'
import { toCell } from './lane-cell.ts'
import { issuePool, probeLane } from './lane-probe.ts'
import type { EngineRequest } from './load/engine.ts'
import { machineTimeBetween } from './machine/proc-stat.ts'
import { cpuBetween } from './machine/schedstat.ts'
import type { Generator } from './ports.ts'

/** Checks that a disturbed machine can fail. */
const MACHINE_CHECKS: ReadonlySet<string> = new Set([
  'steal',
  'foreign-cpu',
  'little',
  'utilisation',
  'drift',
])
/** Times that an invalid cell is measured again. */
const REPEATS = 2

interface RoundState {
  generator: Generator | null
}

const engineOf = ({ generator }: RoundState): string => generator?.engine ?? ''

export interface RoundOutcome {
  readonly cells: readonly Cell[]
  /** What ended the round before its end and ends the run: the store is gone, the generator died. */
  readonly fatal: AuthbenchError | null
}

/** Fresh processes for every strategy, short alternating slices on each, one cell for each. Leaves nothing running. */
export async function runRound(plan: PlannedRound, context: RoundContext): Promise<RoundOutcome> {
  const lanes = plan.cells.map((cell) => newLane(cell, context))
  const state: RoundState = { generator: null }
  let fatal: AuthbenchError | null = null
  try {
    await measureRound(plan, lanes, state, context)
  } catch (error) {
    // Processes that are stopped because the user ends the run did not fail.
    if (!context.signal.aborted) fatal = asAuthbenchError(error)
  } finally {
    await Promise.all([state.generator?.stop(), ...lanes.map((lane) => lane.subject?.stop())])
    await context.bench.store?.clear(context.keyPrefix).catch(() => undefined)
  }
  const ended = context.signal.aborted || fatal !== null
  return {
    cells: lanes.flatMap((lane) => [...lane.earlier, ...toCell(lane, engineOf(state), ended, context)]),
    fatal,
  }
}

async function measureRound(
  plan: PlannedRound,
  lanes: readonly Lane[],
  state: RoundState,
  context: RoundContext,
): Promise<void> {
  const { config, listener } = context
  const going = (lane: Lane) => isGoing(lane, context)
  const requests = new Map<Lane, readonly EngineRequest[]>()
  const prepare = (lane: Lane) =>
    attempt(lane, context.signal, async () => {
      lane.subject = await context.bench.startSubject(lane.plan.strategy, `${context.keyPrefix}${lane.key}:`)
      requests.set(lane, await issuePool(lane, context))
      lane.probe = await probeLane(lane, context)
    })

  listener({ type: 'phase', round: plan.round, phase: 'starting servers, issuing credentials, probing' })
  const generator = await startAll(state, () => context.bench.startGenerator(), lanes.map(prepare))
  for (const lane of lanes.filter(going)) {
    await attempt(lane, context.signal, () =>
      generator.open(lane.key, {
        origin: lane.subject?.origin ?? '',
        connections: config.connections,
        expectStatus: context.scenario.expectStatus,
        requests: requests.get(lane) ?? [],
      }),
    )
  }
  listener({ type: 'phase', round: plan.round, phase: 'warming up' })
  const warm = await generator.warmUp(
    lanes.filter(going).map(({ key }) => key),
    config.warmupRequests,
    config.warmupLimitMs,
  )
  for (const lane of lanes.filter(going)) {
    lane.warmupRequests = warm[lane.key] ?? 0
    await attempt(lane, context.signal, async () => lane.subject?.assertAlive())
    lane.subject?.pin()
  }
  await runPasses(plan, lanes, generator, context)
  for (let repeat = 1; repeat <= REPEATS; repeat++) {
    const again = lanes.filter((lane) => going(lane) && isWorthRepeating(finished(lane, state, context)))
    if (again.length === 0) return
    listener({ type: 'phase', round: plan.round, phase: `measuring ${again.length} again` })
    for (const lane of again) {
      lane.earlier.push(...toCell(lane, engineOf(state), false, context))
      lane.attempt = repeat
      lane.slices = []
      lane.startedAt = null
    }
    await runPasses(plan, again, generator, context)
  }
}

/** Waits for all, whatever fails: what is still starting when the round ends would never be stopped. */
async function startAll(
  state: RoundState,
  startGenerator: () => Promise<Generator>,
  lanes: readonly Promise<void>[],
): Promise<Generator> {
  const starting = startGenerator().then((generator) => {
    state.generator = generator
    return generator
  })
  const outcomes = await Promise.allSettled([starting, ...lanes])
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  return starting
}

/** What the machine disturbed. A wrong answer stays wrong: measuring until it does not come would hide it. */
const isWorthRepeating = (cell: Cell | undefined): boolean =>
  cell?.state === 'invalid' &&
  cell.checks.every(({ id, outcome }) => outcome !== 'invalid' || MACHINE_CHECKS.has(id))

/** Only what was measured whole can be judged. */
function finished(lane: Lane, state: RoundState, context: RoundContext): Cell | undefined {
  return lane.slices.length === context.config.slicesPerRound
    ? toCell(lane, engineOf(state), false, context)[0]
    : undefined
}

async function runPasses(
  plan: PlannedRound,
  lanes: readonly Lane[],
  generator: Generator,
  context: RoundContext,
): Promise<void> {
  for (const [pass, order] of plan.passes.entries()) {
    for (const index of order) {
      const lane = lanes.find(({ plan: { position } }) => position === index)
      if (lane === undefined || !isGoing(lane, context)) continue
      lane.startedAt ??= context.bench.now()
      context.listener({ type: 'slice', round: plan.round, pass, strategy: lane.plan.strategy })
      await measureSlice(lane, generator, context.config.sliceMs, context)
    }
  }
  const whole = lanes.filter(({ slices }) => slices.length === context.config.slicesPerRound)
  const drift = commonDrift(
    whole.map(({ slices }) => ({ load: { slices: slices.map(({ slice }) => slice) } })),
  )
  for (const lane of whole) lane.roundDrift = drift
}

async function measureSlice(
  lane: Lane,
  generator: Generator,
  milliseconds: number,
  context: RoundContext,
): Promise<void> {
  const { subject } = lane
  if (subject === null) return
  const { bench, signal } = context
  // Not a lane's failure: without store counters or generator no lane can be measured.
  const endStore = await bench.store?.measure()
  await attempt(lane, context.signal, async () => {
    const serverBefore = await subject.readCpu()
    const machineBefore = bench.readMachineTime()
    const { slice: engine, cpu } = await generator.slice(lane.key, milliseconds)
    const machine = machineTimeBetween(machineBefore, bench.readMachineTime())
    if (engine.errors + engine.timeouts + engine.reconnects > 0) {
      lane.broken = true
      await subject.assertAlive()
    }
    const server = cpuBetween(serverBefore, await subject.readCpu())
    const use = endStore === undefined ? null : await endStore()
    if (signal.aborted && engine.requests === 0) return
    lane.slices.push({
      engine,
      slice: {
        seconds: engine.seconds,
        requests: engine.requests,
        server,
        generator: cpu,
        redisUs: use?.cpuUs ?? (bench.store === null ? 0 : null),
        meanLatencyUs: engine.meanLatencyUs,
        idleUs: engine.idleUs,
        machine,
      },
      store: use === null ? null : { commands: use.commands, bytesIn: use.bytesIn, bytesOut: use.bytesOut },
    })
  })
}
