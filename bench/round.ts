import type { Cell, LoadSample, Probe, Slice, StoreUse } from '../src/cell.ts'
import { checkCell, stateOf } from '../src/checks/registry.ts'
import { AuthbenchError, messageOf } from '../src/errors.ts'
import { encodeHistogram, mergeHistograms } from '../src/histogram.ts'
import type { PlannedCell, PlannedRound } from '../src/plan.ts'
import type { RunConfig } from '../src/results.ts'
import type { StrategyInfo } from '../src/strategy-info.ts'
import type { EngineRequest, EngineSlice } from './load/engine.ts'
import { machineTimeBetween } from './machine/proc-stat.ts'
import { cpuBetween } from './machine/schedstat.ts'
import type { Bench, Generator, Subject } from './ports.ts'
import { protectedRequest } from './probe.ts'
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

interface MeasuredSlice {
  readonly engine: EngineSlice
  readonly slice: Slice
  readonly store: StoreUse | null
}

/** A server's way through the round. A failure ends its way, never the round. */
interface Lane {
  readonly plan: PlannedCell
  readonly info: StrategyInfo
  readonly key: string
  subject: Subject | null
  probe: Probe | null
  startedAt: Date | null
  warmupRequests: number
  readonly slices: MeasuredSlice[]
  error: AuthbenchError | null
  /** Nothing more can be measured on it, and what was measured stays. */
  broken: boolean
}

export interface RoundOutcome {
  readonly cells: readonly Cell[]
  /** What ended the round before its end and ends the run: the store is gone, the generator died. */
  readonly fatal: AuthbenchError | null
}

/** Fresh processes for every strategy, short alternating slices on each, one cell for each. Leaves nothing running. */
export async function runRound(plan: PlannedRound, context: RoundContext): Promise<RoundOutcome> {
  const lanes = plan.cells.map((cell) => newLane(cell, context))
  const state: { generator: Generator | null } = { generator: null }
  let fatal: AuthbenchError | null = null
  try {
    await measureRound(plan, lanes, state, context)
  } catch (error) {
    fatal = asAuthbenchError(error)
  } finally {
    await Promise.all([state.generator?.stop(), ...lanes.map((lane) => lane.subject?.stop())])
    await context.bench.store?.clear(context.keyPrefix).catch(() => undefined)
  }
  const ended = context.signal.aborted || fatal !== null
  return {
    cells: lanes.flatMap((lane) => toCell(lane, state.generator?.engine ?? '', ended, context)),
    fatal,
  }
}

async function measureRound(
  plan: PlannedRound,
  lanes: readonly Lane[],
  state: { generator: Generator | null },
  context: RoundContext,
): Promise<void> {
  const { config, signal, listener } = context
  const going = (lane: Lane) => !signal.aborted && lane.error === null && !lane.broken
  const step = async (phase: string, work: (lane: Lane) => Promise<void>) => {
    listener({ type: 'phase', round: plan.round, phase })
    await Promise.all(lanes.filter(going).map((lane) => attempt(lane, () => work(lane))))
  }

  listener({ type: 'phase', round: plan.round, phase: 'starting servers' })
  await Promise.all([
    context.bench.startGenerator().then((generator) => {
      state.generator = generator
    }),
    ...lanes.map((lane) =>
      attempt(lane, async () => {
        lane.subject = await context.bench.startSubject(
          lane.plan.strategy,
          `${context.keyPrefix}${lane.key}:`,
        )
      }),
    ),
  ])
  const generator = state.generator
  if (generator === null || signal.aborted) return
  const requests = new Map<Lane, readonly EngineRequest[]>()
  await step('issuing credentials', async (lane) => {
    requests.set(lane, await issuePool(lane, context))
  })
  await step('probing', async (lane) => {
    lane.probe = await probeLane(lane, context)
  })
  for (const lane of lanes.filter(going)) {
    await attempt(lane, () =>
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
    await attempt(lane, async () => lane.subject?.assertAlive())
    lane.subject?.pin()
  }
  for (const [pass, order] of plan.passes.entries()) {
    for (const lane of order.flatMap((index) => lanes[index] ?? []).filter(going)) {
      lane.startedAt ??= context.bench.now()
      listener({ type: 'slice', round: plan.round, pass, strategy: lane.plan.strategy })
      await measureSlice(lane, generator, config.sliceMs, context)
    }
  }
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
  await attempt(lane, async () => {
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

function newLane(plan: PlannedCell, context: RoundContext): Lane {
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
    slices: [],
    error: null,
    broken: false,
  }
}

const FATAL = new Set(['REDIS_LOST', 'REDIS_COUNTERS_RESET'])

async function attempt(lane: Lane, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const failure = asAuthbenchError(error)
    if (FATAL.has(failure.code)) throw failure
    lane.error = failure
  }
}

function asAuthbenchError(error: unknown): AuthbenchError {
  if (error instanceof AuthbenchError) return error
  return new AuthbenchError('UNEXPECTED', messageOf(error), {
    next: 'This is a defect of authbench; please report it with the command that you ran.',
    exitCode: 3,
    cause: error,
  })
}

const subjectName = (index: number) => `user-${String(index).padStart(7, '0')}`

async function issuePool(lane: Lane, { config, scenario }: RoundContext): Promise<readonly EngineRequest[]> {
  if (lane.info.state === 'none') {
    return Array.from({ length: config.pool }, () => protectedRequest(config.transport, null, scenario.route))
  }
  const names = Array.from({ length: config.pool }, (_, index) => subjectName(index + 1))
  const credentials = (await lane.subject?.issue(names)) ?? []
  return credentials.map((credential) => protectedRequest(config.transport, credential, scenario.route))
}

/** Right answers before speed: what is measured is what a hand-sent request showed. */
async function probeLane(lane: Lane, { bench, config, scenario }: RoundContext): Promise<Probe> {
  const origin = lane.subject?.origin ?? ''
  const bare = lane.info.state === 'none'
  const [credential = ''] = bare ? [''] : ((await lane.subject?.issue([subjectName(config.pool + 1)])) ?? [])
  const ask = (presented: string | null, route = scenario.route) =>
    bench.probe(origin, protectedRequest(config.transport, presented, route))
  const shown = bare ? null : credential
  const own = await ask(shown)
  const anonymous = await ask(null)
  await ask(shown, { method: 'POST', path: '/logout' })
  const revoked = await ask(shown)
  return {
    requestHeadBytes: own.requestBytes,
    responseHeadBytes: own.headBytes,
    responseBodyBytes: own.bodyBytes,
    credentialBytes: credential.length,
    ownStatus: own.status,
    anonymousStatus: anonymous.status,
    revokedStatus: revoked.status,
  }
}

function toCell(lane: Lane, engine: string, ended: boolean, context: RoundContext): Cell[] {
  const { plan, probe, slices } = lane
  // Servers that are stopped because the run ends did not fail.
  if (lane.error !== null && !context.signal.aborted) {
    return [{ state: 'failed', ...plan, error: { code: lane.error.code, message: lane.error.message } }]
  }
  if (probe === null || slices.length === 0) return []
  const measured = {
    ...plan,
    startedAt: (lane.startedAt ?? context.bench.now()).toISOString(),
    warmup: { requests: lane.warmupRequests, wanted: context.config.warmupRequests },
    load: sumSlices(slices, engine, context.config.connections),
    store: sumStore(slices),
    probe,
  }
  const checks = checkCell(measured, lane.info)
  const cutShort = ended && slices.length < context.config.slicesPerRound
  return [{ state: cutShort ? 'interrupted' : stateOf(checks), ...measured, checks }]
}

function sumSlices(slices: readonly MeasuredSlice[], engine: string, connections: number): LoadSample {
  const total = (read: (slice: EngineSlice) => number) =>
    slices.reduce((sum, slice) => sum + read(slice.engine), 0)
  const statuses: Record<string, number> = {}
  for (const { engine: slice } of slices) {
    for (const [status, count] of Object.entries(slice.statuses))
      statuses[status] = (statuses[status] ?? 0) + count
  }
  return {
    engine,
    connections,
    slices: slices.map(({ slice }) => slice),
    latencyHdr: encodeHistogram(mergeHistograms(slices.map((slice) => slice.engine.latencyHdr))),
    responses: total((slice) => slice.responses),
    requestBytes: total((slice) => slice.requestBytes),
    statuses,
    errors: total((slice) => slice.errors),
    timeouts: total((slice) => slice.timeouts),
    reconnects: total((slice) => slice.reconnects),
  }
}

function sumStore(slices: readonly MeasuredSlice[]): StoreUse | null {
  const sum = { commands: {} as Record<string, number>, bytesIn: 0, bytesOut: 0 }
  for (const { store } of slices) {
    if (store === null) return null
    for (const [command, count] of Object.entries(store.commands)) {
      sum.commands[command] = (sum.commands[command] ?? 0) + count
    }
    sum.bytesIn += store.bytesIn
    sum.bytesOut += store.bytesOut
  }
  return sum
}
