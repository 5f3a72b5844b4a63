import { arrivalTimes } from '../../../src/plan/schedule.ts'
import type { ProcessCpu } from '../../../src/results/cell.ts'
import { encodeHistogram, newHistogram, recordMilliseconds } from '../../../src/results/histogram.ts'
import type { Arrivals, EngineSlice, EngineTarget, Window } from '../../load/engine.ts'
import type { EngineId } from '../../load/messages.ts'
import { type Asked, checkOf, type ProxyCheck } from '../../worlds/held.ts'
import { Tally } from '../../worlds/punctuality.ts'
import type { CheckContext, OpenedLoad } from '../check.ts'
import { type Behaviour, INSTANT, type Observed } from '../known-behaviour.ts'
import { payloadShare } from '../transfers/through-kernel.ts'

/** One way over the loopback, and what a request costs the server beside its hold. */
const TRANSIT_US = 10
const COST_US = 15

/** One request of a window; microseconds from its start. */
export interface Served {
  readonly intendedUs: number
  readonly sentUs: number
  readonly doneUs: number
  readonly status: number
}

/** What is wrong with the instrument; nothing, where nothing is said. */
export interface Defects {
  readonly distort?: (slice: EngineSlice, served: readonly Served[], target: EngineTarget) => EngineSlice
  /** What the pacer sends instead of what it was asked for. */
  readonly arrivals?: (asked: Arrivals) => Arrivals
  readonly cpu?: (cpu: ProcessCpu) => ProcessCpu | null
  /** How long the proxy makes a round trip of so many microseconds. */
  readonly distance?: (us: number) => number
  /** Why the kernel has no link. */
  readonly kernel?: string
  readonly rate?: (bitsPerSecond: number) => number
}

interface Connection {
  freeUs: number
  responses: number
}

export function hdrOf(valuesUs: readonly number[]): string {
  const histogram = newHistogram()
  for (const value of valuesUs) recordMilliseconds(histogram, value / 1000)
  return encodeHistogram(histogram)
}

const headBytes = ({ requests }: EngineTarget): number => {
  const [{ method, path, headers } = { method: 'GET', path: '/', headers: {} }] = requests
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\nhost: fake\r\n${lines.join('')}\r\n`.length
}

type Seen = { -readonly [Key in keyof Observed]: Observed[Key] } & {
  arrivalsUs: number[]
  holdsUs: number[]
  statuses: Record<string, number>
}

const nothingSeen = (): Seen => ({
  requests: 0,
  bytes: 0,
  statuses: {},
  accepted: 0,
  closed: 0,
  arrivalsUs: [],
  holdsUs: [],
  threadUs: 0,
})

/** An honest instrument against an honest server, both without a clock: what happens in a window is computed. */
export function fakeContext(defects: Defects = {}): CheckContext {
  let behaviour: Behaviour = INSTANT
  let seen = nothingSeen()
  let cpuUs = 0
  let serverFreeUs = 0

  /** @returns when the answer is at the client */
  function serve(connection: Connection, sentUs: number, bytes: number): Omit<Served, 'intendedUs'> {
    seen.requests += 1
    seen.bytes += bytes
    const { holdUs, stall, wrongEvery, closeAfter, poll } = behaviour
    const isStall = stall !== null && seen.requests % stall.every === Math.floor(stall.every / 2)
    const hold = isStall ? stall.us : holdUs
    const arrivedUs = sentUs + TRANSIT_US
    const startUs = poll ? arrivedUs : Math.max(arrivedUs, serverFreeUs)
    serverFreeUs = startUs + hold + COST_US
    const status = wrongEvery !== null && seen.requests % wrongEvery === 0 ? 500 : 200
    seen.statuses[status] = (seen.statuses[status] ?? 0) + 1
    seen.arrivalsUs.push(arrivedUs)
    seen.holdsUs.push(hold)
    seen.threadUs += hold + COST_US
    cpuUs += hold + COST_US
    connection.responses += 1
    if (closeAfter !== null && connection.responses % closeAfter === 0) {
      seen.closed += 1
      seen.accepted += 1
    }
    connection.freeUs = startUs + hold + TRANSIT_US
    return { sentUs, doneUs: connection.freeUs, status }
  }

  function slice(engine: EngineId, target: EngineTarget, { milliseconds, arrivals }: Window): EngineSlice {
    serverFreeUs = 0
    const connections = Array.from({ length: target.connections }, () => ({ freeUs: 0, responses: 0 }))
    const bytes = headBytes(target)
    const closedBefore = seen.closed
    const firstFree = () => connections.reduce((first, one) => (one.freeUs < first.freeUs ? one : first))
    const served: Served[] = []
    if (arrivals === null) {
      for (let next = firstFree(); next.freeUs < milliseconds * 1000; next = firstFree()) {
        served.push({ intendedUs: next.freeUs, ...serve(next, next.freeUs, bytes) })
      }
    } else {
      for (const time of arrivalTimes(defects.arrivals?.(arrivals) ?? arrivals, milliseconds)) {
        const connection = firstFree()
        const sentUs = Math.max(time * 1000, connection.freeUs)
        served.push({ intendedUs: time * 1000, ...serve(connection, sentUs, bytes) })
      }
    }
    const honest = sliceOf(engine, served, bytes, seen.closed - closedBefore, arrivals)
    return defects.distort?.(honest, served, target) ?? honest
  }

  return {
    server: {
      origin: 'http://fake',
      async behave(next) {
        behaviour = next
        seen = nothingSeen()
      },
      observe: async () => structuredClone(seen),
      readCpu() {
        const cpu = { mainUs: cpuUs, otherUs: 0, runQueueUs: 0 }
        return defects.cpu === undefined ? cpu : defects.cpu(cpu)
      },
    },
    get generator(): never {
      throw new Error('no generator')
    },
    async open(engine, target): Promise<OpenedLoad> {
      seen.accepted += target.connections
      seen.requests += target.connections
      return { refresh: async () => 0, slice: async (window) => slice(engine, target, window) }
    },
    askBare: async (requests) => {
      const bare = { freeUs: 0, responses: 0 }
      return Array.from({ length: requests }, () => {
        const { sentUs, doneUs } = serve(bare, bare.freeUs, 50)
        return doneUs - sentUs
      })
    },
    pass: async (messages, asked) => {
      const us = (asked?.roundTripMs ?? 0) * 1000
      const passedUs = asked === null ? 0 : (defects.distance?.(us) ?? us)
      const proxy = asked === null ? null : nothingPassed(asked)
      return { roundTripsUs: Array.from({ length: messages }, () => 2 * TRANSIT_US + passedUs), proxy }
    },
    transfer: async (_, { upBitsPerSecond, downBitsPerSecond }) => {
      const held = (bitsPerSecond: number | null) =>
        bitsPerSecond === null ? Number.NaN : (defects.rate?.(bitsPerSecond) ?? bitsPerSecond)
      return { upBitsPerSecond: held(upBitsPerSecond), downBitsPerSecond: held(downBitsPerSecond) }
    },
    throughKernel: async (_, bitsPerSecond) => defects.kernel ?? bitsPerSecond * payloadShare,
    startSubject: () => Promise.reject(new Error('no subject')),
  }
}

function nothingPassed(asked: Asked): ProxyCheck {
  const direction = () => new Tally().take()
  return checkOf(asked, { milliseconds: 0, connections: 0, up: direction(), down: direction() }, 0)
}

function sliceOf(
  engine: EngineId,
  served: readonly Served[],
  bytes: number,
  reconnects: number,
  arrivals: Arrivals | null,
): EngineSlice {
  const right = served.filter(({ status }) => status === 200)
  const statuses: Record<string, number> = {}
  for (const { status } of served) statuses[status] = (statuses[status] ?? 0) + 1
  return {
    seconds: (served.at(-1)?.doneUs ?? 0) / 1_000_000,
    requests: right.length,
    responses: served.length,
    requestBytes: served.length * bytes,
    statuses,
    errors: 0,
    timeouts: 0,
    unasked: 0,
    reconnects,
    latencyHdr: hdrOf(right.map(({ intendedUs, doneUs }) => doneUs - intendedUs)),
    meanLatencyUs: 0,
    idleUs: 0,
    cohorts: {},
    pacing:
      engine === 'autocannon'
        ? null
        : {
            arrivals: served.length,
            targetRate: arrivals?.ratePerSecond ?? 0,
            achievedRate: arrivals?.ratePerSecond ?? 0,
            queued: 0,
            longestQueue: 0,
            serviceHdr: hdrOf(right.map(({ sentUs, doneUs }) => doneUs - sentUs)),
            lagHdr: hdrOf(served.map(() => 1)),
            inFlightUs: 0,
            serviceUs: 0,
          },
  }
}
