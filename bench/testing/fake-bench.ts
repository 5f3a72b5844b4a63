import type { ProcessCpu } from '../../src/results/cell.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import { encodeHistogram, newHistogram, recordMilliseconds } from '../../src/results/histogram.ts'
import type { World } from '../../src/worlds/world.ts'
import type { EngineRequest, EngineSlice, EngineTarget, Window } from '../load/engine.ts'
import type { Bench, MovableSubject, StoreMeter } from '../run/equipment.ts'

export interface FakeServer {
  /** CPU of one request. */
  readonly cpuUs: number
  /** Heap that one request takes; by default it does not tell. */
  readonly allocatedBytes?: number
  readonly status?: number
  readonly requestsPerSecond?: number
  /** Dies in the slice with this number, from 0, warm-up included. */
  readonly diesInSlice?: number
  /** Answers 500 in that slice. */
  readonly wrongStatusInSlice?: number
  /** Little's law does not hold in that slice: the machine was disturbed. */
  readonly disturbedInSlice?: number
  /** Sends a tenth of an open loop's requests too late in that slice. */
  readonly fallsBehindInSlice?: number
  /** Reconnects in that slice, and lives on. */
  readonly losesConnectionsInSlice?: number
  /** Is moved off its core. */
  readonly displaced?: boolean
  readonly failsToStart?: boolean
  /** Credentials with more of them are too large for it. */
  readonly mostRoles?: number
  /** Of its store with so many entries; a hundred bytes each by default. */
  readonly bytesHeld?: (entries: number) => number
}

export interface FakeBenchOptions {
  /** By strategy id; the rest behave like `fallback`. */
  readonly servers?: Readonly<Record<string, FakeServer>>
  readonly fallback?: FakeServer
  /** Redis commands of one request, by strategy id. */
  readonly commands?: Readonly<Record<string, number>>
  /** Called with the rate of each window: the capacity, in a closed loop. */
  readonly onWindow?: (strategy: string, rate: number) => void
  /** Called before each slice; may abort the run or throw. */
  readonly onSlice?: (strategy: string) => void
  /** Called with the number of servers that were started so far. */
  readonly onStart?: (count: number) => void
  /** A CPU quota stops everything once from each reading of its counters to the next, for so long. */
  readonly stoppedUs?: number
  /** Called when a store measurement begins. */
  readonly onMeasure?: () => void
}

export interface FakeBench extends Bench {
  /** What happened, in order: `start none`, `slice none`, `stop none`, ... */
  readonly journal: string[]
  /** Started and not yet stopped. */
  readonly running: Set<string>
  readonly cleared: string[]
  /** What the load generator was told to send, by load. */
  readonly opened: ReadonlyMap<string, EngineTarget>
}

const SLICE_REQUESTS = 1000
/** The load `none-twin paced` is on the server `none-twin`. */
const serverName = (load: string): string => load.split(' ')[0] ?? load
const cpu = (mainUs: number): ProcessCpu => ({ mainUs, otherUs: 0, runQueueUs: 0 })

/** Deterministic stand-ins for processes, sockets, Redis and the clock: a whole run takes milliseconds. */
export function fakeBench(options: FakeBenchOptions = {}): FakeBench {
  const { servers = {}, fallback = { cpuUs: 50 }, commands = {} } = options
  const journal: string[] = []
  const running = new Set<string>()
  const cleared: string[] = []
  const opened = new Map<string, EngineTarget>()
  const serverCpu = new Map<string, number>()
  const filled = new Map<string, number>()
  const worlds = new Map<string, World>()
  const slicesOf = new Map<string, number>()
  let currentStrategy = ''
  let ticks = 0
  let readings = 0

  const serverOf = (key: string): FakeServer => servers[key] ?? fallback
  const keyOf = (prefix: string) => (prefix.split(':').at(-2) ?? '').replace(/-main$/, '')
  const died = (key: string) =>
    new AuthbenchError('CHILD_DIED', `server '${key}' died (SIGKILL)`, { next: '', exitCode: 3 })

  const store: StoreMeter = {
    async measure() {
      options.onMeasure?.()
      return async () => ({
        commands: Object.fromEntries(
          Object.entries(commands)
            .filter(([strategy]) => strategy === currentStrategy)
            .map(([, perRequest]) => ['get', perRequest * SLICE_REQUESTS]),
        ),
        bytesIn: 0,
        bytesOut: 0,
        cpuUs: 0,
      })
    },
    memory: async () => Number.NaN,
    async clear(prefix) {
      cleared.push(prefix)
    },
  }
  const bytesHeld = (key: string) =>
    (serverOf(key).bytesHeld ?? ((entries) => 100 * entries))(filled.get(key) ?? 0)

  function subject(key: string, ownRedis: boolean): MovableSubject {
    const isGone = () => {
      const { diesInSlice } = serverOf(key)
      return diesInSlice !== undefined && (slicesOf.get(key) ?? 0) > diesInSlice
    }
    return {
      pid: null,
      origin: `http://${key}`,
      issue: async (names) => names.map((name) => `credential-of-${key}-${name}`),
      async enter(world) {
        worlds.set(key, world)
        journal.push(`enter ${key} ${JSON.stringify(world)}`)
        return { origin: `http://${key}` }
      },
      async fill(entries) {
        filled.set(key, (filled.get(key) ?? 0) + entries)
        journal.push(`fill ${key} ${entries}`)
      },
      readMemory: () => null,
      storeBytes: async () => bytesHeld(key),
      readCache: async () => null,
      async measureAllocated() {
        journal.push(`ask ${key}`)
        const before = slicesOf.get(key) ?? 0
        return async () => {
          const { allocatedBytes = null } = serverOf(key)
          return allocatedBytes && allocatedBytes * SLICE_REQUESTS * ((slicesOf.get(key) ?? 0) - before)
        }
      },
      ...(ownRedis ? { store: { ...store, memory: async () => bytesHeld(key) } } : {}),
      readCpu: async () => cpu(serverCpu.get(key) ?? 0),
      async assertAlive() {
        if (isGone()) throw died(key)
      },
      isDisplaced: () => serverOf(key).displaced ?? false,
      pin: () => undefined,
      async stop() {
        running.delete(key)
        journal.push(`stop ${key}`)
      },
    }
  }

  /** As many requests of each. */
  function cohortsOf(key: string, latencyHdr: string): EngineSlice['cohorts'] {
    const names = new Set(opened.get(`${key} autocannon`)?.requests.flatMap(({ cohort }) => cohort ?? []))
    const requests = Math.floor(SLICE_REQUESTS / Math.max(1, names.size))
    return Object.fromEntries([...names].map((name) => [name, { responses: requests, requests, latencyHdr }]))
  }

  function slice(key: string, { arrivals }: Window): EngineSlice {
    const server = serverOf(key)
    const number = slicesOf.get(key) ?? 0
    slicesOf.set(key, number + 1)
    const dead = server.diesInSlice === number
    const status = server.wrongStatusInSlice === number ? 500 : (server.status ?? 200)
    const histogram = newHistogram()
    const capacity = server.requestsPerSecond ?? 1e6 / server.cpuUs
    const rate = arrivals?.ratePerSecond ?? capacity
    const kept = Math.min(rate, capacity)
    const seconds = SLICE_REQUESTS / kept
    options.onWindow?.(key, rate)
    const connections = opened.get(`${key} autocannon`)?.connections ?? 16
    // In an open loop a server alone with its request, until it cannot keep up.
    const meanLatencyMs = (arrivals === null ? connections : rate <= capacity ? 1 : 100) * (1000 / capacity)
    for (let index = 0; index < SLICE_REQUESTS; index++) {
      recordMilliseconds(histogram, meanLatencyMs * (0.8 + (0.4 * index) / (SLICE_REQUESTS - 1)))
    }
    serverCpu.set(key, (serverCpu.get(key) ?? 0) + server.cpuUs * SLICE_REQUESTS)
    return {
      seconds,
      requests: status === 200 ? SLICE_REQUESTS : 0,
      responses: SLICE_REQUESTS,
      requestBytes: SLICE_REQUESTS * 100,
      statuses: { [status]: SLICE_REQUESTS },
      errors: dead ? 16 : 0,
      timeouts: 0,
      unasked: server.losesConnectionsInSlice === number ? 3 : 0,
      reconnects: 0,
      latencyHdr: encodeHistogram(histogram),
      meanLatencyUs: meanLatencyMs * 1000,
      idleUs: server.disturbedInSlice === number ? -16 * seconds * 1e6 : 0,
      pacing:
        arrivals === null
          ? null
          : {
              arrivals: SLICE_REQUESTS,
              targetRate: rate,
              achievedRate: server.fallsBehindInSlice === number ? kept * 0.9 : kept,
              queued: 0,
              longestQueue: 0,
              serviceHdr: encodeHistogram(histogram),
              lagHdr: encodeHistogram(newHistogram()),
              inFlightUs:
                meanLatencyMs * 1000 * SLICE_REQUESTS * (server.disturbedInSlice === number ? 1e6 : 1),
              serviceUs: meanLatencyMs * 1000 * SLICE_REQUESTS,
            },
      cohorts: cohortsOf(key, encodeHistogram(histogram)),
    }
  }

  return {
    journal,
    running,
    cleared,
    opened,
    async startSubject(strategy, _arm, keyPrefix, ownRedis) {
      const key = keyOf(keyPrefix)
      if (serverOf(strategy).failsToStart === true) {
        throw new AuthbenchError('WEAK_KEY', 'the secret is too short', { next: '', exitCode: 3 })
      }
      journal.push(`start ${key}`)
      options.onStart?.(journal.filter((line) => line.startsWith('start ')).length)
      running.add(key)
      slicesOf.set(key, 0)
      filled.set(key, 0)
      return subject(key, ownRedis)
    },
    async startGenerator() {
      running.add('generator')
      return {
        async open(key, _engine, target) {
          opened.set(key, target)
        },
        async warmUp(lanes, requests) {
          for (const { key } of lanes) {
            const server = serverName(key)
            journal.push(`warm up ${server}`)
            slicesOf.set(server, (slicesOf.get(server) ?? 0) + 1)
          }
          return Object.fromEntries(lanes.map(({ key }) => [key, { requests, converged: true }]))
        },
        refresh: async () => 0,
        async slice(key, window) {
          const server = serverName(key)
          currentStrategy = server
          options.onSlice?.(server)
          journal.push(`slice ${server}`)
          return { slice: slice(server, window), cpu: cpu(20 * SLICE_REQUESTS) }
        },
        async stop() {
          running.delete('generator')
        },
      }
    },
    store,
    async probe({ origin }, request: EngineRequest) {
      const key = new URL(origin).hostname
      const bare = key.startsWith('none')
      const presented = Object.keys(request.headers).length > 0
      const { status: own = 200, mostRoles = Number.POSITIVE_INFINITY } = serverOf(key)
      const isTooLarge = (worlds.get(key)?.roles ?? 0) > mostRoles
      const status = request.method === 'POST' ? 204 : bare || presented ? (isTooLarge ? 431 : own) : 401
      return { status, requestBytes: 100, headBytes: 170, bodyBytes: 60 }
    },
    readMachineTime: () => null,
    readThrottling: () =>
      options.stoppedUs === undefined
        ? new Map()
        : new Map([['/group', { stops: ++readings, stoppedUs: readings * options.stoppedUs }]]),
    now: () => new Date(1_700_000_000_000 + 1000 * ticks++),
  }
}
