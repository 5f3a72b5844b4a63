import type { StoreUse } from '../../src/results/cell.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Environment } from '../../src/results/results.ts'
import type { Fleet } from '../fleet/coordinator.ts'
import { startFleetGenerator } from '../fleet/generator.ts'
import { sendRaw } from '../load/http/probe.ts'
import type { Bench, MovableSubject, StoreMeter } from '../run/equipment.ts'
import { limitedBench, timeOfRun } from '../run/limited/limited-bench.ts'
import { TARGET_ID, type Target, targetSubject } from '../subjects/target.ts'
import type { Call, HostedRun, Opened, PlainMethod, Started } from './messages.ts'

const USUAL_LIMIT_MS = 30_000
/** As long as a server on this machine may take, see `server-process.ts`, and the way there. */
const LIMITS_MS: Partial<Record<PlainMethod | Call['call'], number>> = {
  issue: 90_000,
  fill: 330_000,
  storeBytes: 330_000,
  'store memory': 330_000,
  open: 60_000,
  start: 60_000,
}

/** Of a run whose servers are on another machine of the fleet. */
export interface HostedBench {
  readonly bench: Bench
  /** Of the machine of the servers. */
  readonly environment: Environment
  /** Of the target that is there; empty without one. */
  readonly processes: Opened['processes']
}

/** @throws AuthbenchError HOST_LOST, and of the host REDIS_*, STRATEGY_NOT_ON_HOST, TARGET_NOT_ON_HOST */
export async function openHostedBench(
  fleet: Fleet,
  run: Omit<HostedRun, 'target'> & { readonly target: Target | null },
  signal: AbortSignal,
  cleanup: AsyncDisposableStack,
): Promise<HostedBench> {
  const { target } = run
  const ask = async <Value>(call: Call, limitMs = LIMITS_MS[call.call] ?? USUAL_LIMIT_MS): Promise<Value> => {
    const { value } = (await fleet.askHost(call, limitMs)) as { readonly value: Value }
    return value
  }
  cleanup.defer(async () => {
    await ask({ call: 'close' }).catch(() => undefined)
  })
  const { environment, store, processes } = await ask<Opened>({
    call: 'open',
    run: { ...run, target: target?.origin ?? null },
  })
  const began = async <Value>(
    measurement: Extract<Call, { call: 'begin' }>['measurement'],
    subject: number | null,
  ): Promise<() => Promise<Value>> => {
    const begun = await ask<number>({ call: 'begin', measurement, subject })
    return () => ask<Value>({ call: 'end', begun })
  }
  const meterOf = (subject: number | null): StoreMeter => ({
    measure: () => began<StoreUse & { readonly cpuUs: number }>('store', subject),
    memory: () => ask({ call: 'store memory', subject }),
    clear: (prefix) => ask({ call: 'clear', prefix }),
  })
  const subjectOf = (started: Started): MovableSubject => {
    const { subject, authOrigin, watchesWay, store: kind, origin, host, certificate } = started
    const does = <Value>(method: PlainMethod, ...args: readonly unknown[]) =>
      ask<Value>({ call: 'do', subject, method, args }, LIMITS_MS[method] ?? USUAL_LIMIT_MS)
    return {
      origin,
      ...(host === undefined ? {} : { host }),
      ...(certificate === undefined ? {} : { certificate }),
      // Nothing here can read its time by it.
      pid: null,
      ...(kind === 'of the run' ? {} : { store: kind === 'own' ? meterOf(subject) : null }),
      issue: (names, kind) => does('issue', names, ...(kind === undefined ? [] : [kind])),
      fill: (entries) => does('fill', entries),
      storeBytes: () => does('storeBytes'),
      readCache: () => does('readCache'),
      readCpu: () => does('readCpu'),
      readMemory: () => does('readMemory'),
      measureAllocated: () => began<number | null>('allocated', subject),
      assertAlive: () => does('assertAlive'),
      isDisplaced: () => does('isDisplaced'),
      pin: () => does('pin'),
      enter: (world) => does('enter', world),
      ...(watchesWay ? { watchWay: () => began('way', subject) } : {}),
      ...(authOrigin === undefined
        ? {}
        : { authServer: { origin: authOrigin, readCpu: () => ask({ call: 'auth cpu', subject }) } }),
      stop: () => does<void>('stop').catch(unlessLost),
    }
  }
  const bench: Bench = {
    async startSubject(strategy, arm, keyPrefix, ownRedis) {
      const there = subjectOf(await ask<Started>({ call: 'start', strategy, arm, keyPrefix, ownRedis }))
      if (strategy !== TARGET_ID || target === null) return there
      const { readCpu, stop } = there
      return { ...targetSubject(target), readCpu, stop }
    },
    startGenerator: () => startFleetGenerator(fleet, true),
    store: store ? meterOf(null) : null,
    probe: sendRaw,
    readMachineTime: () => ask({ call: 'machine' }),
    readThrottling: async () => new Map(await ask<[string, never][]>({ call: 'throttling' })),
    now: () => new Date(),
  }
  const { maxRate } = run.config
  return {
    environment,
    processes,
    bench: maxRate === undefined ? bench : limitedBench(bench, maxRate, timeOfRun(signal)),
  }
}

/** What is on a host that is gone, or that a run which ends asks no more, nobody can stop from here: the host does it when it misses the run. */
function unlessLost(error: unknown): void {
  if (error instanceof AuthbenchError && ['HOST_LOST', 'FLEET_LOST', 'INTERRUPTED'].includes(error.code))
    return
  throw error
}
