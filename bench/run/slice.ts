import { cpuUs } from '../../src/metrics/cpu.ts'
import type { ProcessCpu, StoreUse } from '../../src/results/cell.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Arrivals, EngineSlice, Window } from '../load/engine.ts'
import type { EngineId } from '../load/messages.ts'
import { machineTimeBetween } from '../machine/cpu-time/machine-time.ts'
import { cpuBetween } from '../machine/cpu-time/thread-time.ts'
import { throttlingBetween } from '../machine/quota.ts'
import type { Generator, MovableSubject, StoreMeter, Subject } from './equipment.ts'
import { attempt, type Lane, type MeasuredSlice, type RoundContext, type Track } from './lane.ts'

type EndStore = () => Promise<(StoreUse & { readonly cpuUs: number }) | null>

/** Entries that live longer outlast the windows of the other servers. */
const KEPT_SECONDS = 60
/** Of the first window of the lead-in, which is all of it where no cache wants more. */
const LEAD_IN_MS = 40
const MOST_LATE = 5
/** Connections do not all go at one speed. */
const LAPS = 1.1

/** One server can have open connections of both engines. */
export const loadKey = (lane: Pick<Lane, 'key'>, engine: EngineId): string => `${lane.key} ${engine}`

/** The same for every server that meets the same pass of the same point of the same round. */
export function arrivalsOf(
  { config }: RoundContext,
  ratePerSecond: number,
  place: { readonly round: number; readonly point: number; readonly pass: number },
): Arrivals {
  const { round, point, pass } = place
  return {
    schedule: config.arrivals,
    ratePerSecond,
    seed: (config.seed + 10_000 * round + 100 * point + pass) % 2 ** 32,
  }
}

/** Whose counters tell what the server asks. */
export const storeOf = ({ server }: Lane, { bench }: RoundContext): StoreMeter | null =>
  server?.store === undefined ? bench.store : server.store

/** One window on one server, with everything that its counters say about it. */
export async function measureSlice(
  lane: Lane,
  track: Track,
  generator: Generator,
  window: Window,
  context: RoundContext,
): Promise<void> {
  const { server } = lane
  if (server === null) return
  const { bench, signal } = context
  track.startedAt ??= bench.now()
  // While others were measured, a server may have closed what rested; who has just answered answers faster, so that all servers of a run get it.
  const rests = [...context.strategies.values()].some(({ state }) => state === 'unknown')
  await attempt(lane, signal, async () => void (await generator.refresh(loadKey(lane, track.engine), rests)))
  if (lane.error !== null) return
  let leadIn: number | null = 0
  // All servers of such a run get it: who has just answered answers faster.
  if ([...context.strategies.values()].some(({ cache }) => cache !== null)) {
    await attempt(lane, signal, async () => {
      leadIn = await refill(lane, track, generator, window)
      if (leadIn === null) await endOfWay(lane, server)
    })
    if (lane.broken || lane.error !== null) return
  }
  for (
    let time = 1;
    await measuredLate(lane, server, track, { generator, window, leadIn }, context);
    time++
  ) {
    if (time === MOST_LATE) lane.error = agentsLate()
  }
}

/** One of several agents began too late: the others loaded alone, and what was counted is of their load. @returns whether it is to be measured again */
async function measuredLate(
  lane: Lane,
  server: MovableSubject,
  track: Track,
  { generator, window, leadIn }: { generator: Generator; window: Window; leadIn: number | null },
  context: RoundContext,
): Promise<boolean> {
  const { bench, signal } = context
  if (lane.error !== null) return false
  const endStore = await startStore(lane, context)
  if (endStore === null) return false
  let late = false
  await attempt(lane, signal, async () => {
    const endWay = await server.watchWay?.()
    const endCache = await startCache(lane)
    // Around the CPU: to be asked costs the server time.
    const endAllocated = await server.measureAllocated()
    const serverBefore = await server.readCpu()
    const authBefore = await server.authServer?.readCpu()
    const machineBefore = await bench.readMachineTime()
    const throttlingBefore = await bench.readThrottling(server.elsewhere ?? [])
    const measured = await generator.slice(loadKey(lane, track.engine), window, 'once').catch(unlessLate)
    if (measured === 'late') {
      late = true
      await Promise.all([endAllocated(), endWay?.(), endStore(), endCache?.()])
      return
    }
    const { slice: engine, cpu, agents } = measured
    const machine = machineTimeBetween(machineBefore, await bench.readMachineTime())
    const throttled = throttlingBetween(throttlingBefore, await bench.readThrottling(server.elsewhere ?? []))
    if (isDisturbed(engine)) await endOfWay(lane, server)
    const serverAfter = await server.readCpu()
    const own = serverBefore === null || serverAfter === null ? null : cpuBetween(serverBefore, serverAfter)
    const authUs = usedBetween(authBefore, await server.authServer?.readCpu(), context)
    const allocatedBytes = await endAllocated()
    const displaced = await displacedOf(server, generator)
    const ways = (await endWay?.()) ?? []
    const use = await endStore()
    const cache = (await endCache?.()) ?? null
    if (signal.aborted && engine.requests === 0) return
    track.slices.push({
      engine,
      slice: {
        seconds: engine.seconds,
        requests: engine.requests,
        server: own,
        generator: cpu,
        redisUs: use?.cpuUs ?? (storeOf(lane, context) === null ? 0 : null),
        authUs,
        allocatedBytes,
        rssBytes: await server.readMemory(),
        leadIn: leadIn ?? 0,
        meanLatencyUs: engine.meanLatencyUs,
        idleUs: engine.idleUs,
        machine,
        ...(throttled === null ? {} : { throttled }),
        ...(ways.length === 0 ? {} : { ways }),
        ...(displaced.length === 0 ? {} : { displaced }),
        ...(agents === undefined ? {} : { agents: [...agents] }),
      },
      store: use === null ? null : { commands: use.commands, bytesIn: use.bytesIn, bytesOut: use.bytesOut },
      cache,
    })
  })
  return late
}

function unlessLate(error: unknown): 'late' {
  if (error instanceof AuthbenchError && error.code === 'AGENT_LATE') return 'late'
  throw error
}

const agentsLate = () =>
  new AuthbenchError('AGENT_LATE', `agents were too late ${MOST_LATE} times for the same window`, {
    next: 'Look at the load of the agents’ machines and at the way to them.',
    exitCode: 3,
  })

/**
 * A short window that is not measured, and as many more as it takes until a cache has met every credential again: while others were
 * measured its entries went on ageing, as they would not under steady load. Not longer than they live: under steady load they would
 * not be found again either.
 * @returns how many were answered; null where connections were lost
 */
async function refill(
  { key, lap, info: { cache } }: Lane,
  { engine }: Track,
  generator: Generator,
  window: Window,
): Promise<number | null> {
  const lives = cache === null || cache.seconds > KEPT_SECONDS ? 0 : 1000 * cache.seconds
  for (let answered = 0, passed = 0; ; ) {
    const milliseconds = passed === 0 ? Math.min(window.milliseconds, LEAD_IN_MS) : window.milliseconds
    const { slice } = await generator.slice(loadKey({ key }, engine), { ...window, milliseconds })
    answered += slice.responses
    passed += milliseconds
    if (isDisturbed(slice)) return null
    if (answered >= LAPS * lap || passed >= lives) return answered
  }
}

const displacedOf = async (server: Subject, generator: Generator) => [
  ...((await server.isDisplaced?.()) ? (['server'] as const) : []),
  ...(generator.isDisplaced?.() ? (['load generator'] as const) : []),
]

const isDisturbed = ({ errors, timeouts, unasked }: EngineSlice) => errors + timeouts + unasked > 0

/** A server that is gone is told as such, and not as lost connections. */
async function endOfWay(lane: Lane, server: Subject): Promise<void> {
  lane.broken = true
  await server.assertAlive()
}

/** Null: lost. A store that all share is then lost for all, one of its own for this lane alone. */
async function startStore(lane: Lane, context: RoundContext): Promise<EndStore | null> {
  const store = storeOf(lane, context)
  if (store === null) return async () => null
  const started: EndStore[] = []
  await attempt(lane, context.signal, async () => void started.push(await store.measure()))
  return started[0] ?? null
}

/** Of an auth server. Where only others of the run have one, this one's cost is known: nothing. */
function usedBetween(
  before: ProcessCpu | undefined,
  after: ProcessCpu | undefined,
  { strategies }: RoundContext,
): number | null {
  if (before !== undefined && after !== undefined) return cpuUs(cpuBetween(before, after))
  return [...strategies.values()].some(({ needs }) => needs.includes('auth-server')) ? 0 : null
}

/** Only of a server that has one: the others are not disturbed. */
async function startCache({ server, info }: Lane): Promise<(() => Promise<MeasuredSlice['cache']>) | null> {
  if (server === null || info.cache === null) return null
  const before = await server.readCache()
  return async () => {
    const after = await server.readCache()
    if (before === null || after === null) return null
    return { hits: after.hits - before.hits, misses: after.misses - before.misses }
  }
}
