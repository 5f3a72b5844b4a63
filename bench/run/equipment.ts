import type { CacheUse } from '../../servers/contract.ts'
import type { CredentialKind } from '../../servers/server.ts'
import type { AgentWindow, Arm, ProcessCpu, StoreUse, Way } from '../../src/results/cell.ts'
import type { World } from '../../src/worlds/world.ts'
import type { EngineRequest, EngineSlice, EngineTarget, Reached, Window } from '../load/engine.ts'
import type { RawResponse } from '../load/http/probe.ts'
import type { EngineId, WarmUp, WarmUpLane } from '../load/messages.ts'
import type { MachineTime } from '../machine/cpu-time/machine-time.ts'
import type { Throttling } from '../machine/quota.ts'
import type { TargetRead } from '../subjects/target.ts'

/** One server under test. */
export interface Subject {
  readonly origin: string
  /** What requests name as their host, where it is not the origin's. */
  readonly host?: string
  /** The one that it shows; absent: it speaks plain text. */
  readonly certificate?: string
  /** Null where the process is not on this machine, or its CPU time is not shown. */
  readonly pid: number | null
  /** Processes that may be in another container than ours; absent: it is a child of ours. */
  readonly elsewhere?: readonly number[]
  /** One credential for each name. */
  issue(names: readonly string[], kind?: CredentialKind): Promise<readonly string[]>
  /** Entries of so many others. Rejects for a strategy that has no store. */
  fill(entries: number): Promise<void>
  /** What its store takes that is not Redis: a file, or its own memory. Not while it is loaded. */
  storeBytes(): Promise<number>
  /** What its cache of verified credentials did so far; null where it has none. */
  readCache(): Promise<CacheUse | null>
  /** Its own Redis, which nobody else asks; absent: that of the run. Null: what is asked for it cannot be told from what others ask. */
  readonly store?: StoreMeter | null
  /** Since the start of the process; exact while it is idle. Null where it is not shown. */
  readCpu(): Promise<ProcessCpu | null>
  /** Starts to count the bytes of JavaScript heap that it allocates; the returned function ends it. Null where it does not tell. */
  measureAllocated(): Promise<() => Promise<number | null>>
  /** Resident memory; null where it is not shown. */
  readMemory(): number | null | Promise<number | null>
  /** The protected read, where it is not that of the scenario. */
  readonly read?: TargetRead
  /** The one beside it; none where its strategy asks none. */
  readonly authServer?: { readonly origin: string; readCpu(): Promise<ProcessCpu> }
  /** Its clock shows this moment (milliseconds since the epoch) until it is told another one; absent: it is none of ours. */
  stopClock?(at: number): Promise<void>
  /** Rejects with the cause when the process is gone or hangs. */
  assertAlive(): Promise<void>
  /** Whether it is not on that core; absent: it never is moved by us. */
  isDisplaced?(): boolean | Promise<boolean>
  /** To the core that the plan gives to servers. After start-up, which needs every core it can get. */
  pin(): void | Promise<void>
  stop(): Promise<void>
}

/** One that goes through the worlds of a round. */
export interface MovableSubject extends Subject {
  /** Into another world, from now on. Rejects for what an endpoint of others cannot be asked. @returns where it is reached there */
  enter(world: World): Promise<{ readonly origin: string }>
  /** Begins a window on what lies between it and others; the returned function ends it. Absent: nothing ever does. */
  watchWay?(): Promise<() => Promise<Way[]>>
}

export interface GeneratorWindow {
  readonly slice: EngineSlice
  readonly cpu: ProcessCpu
  /** Of each, where several loaded together. */
  readonly agents?: readonly AgentWindow[]
}

/** The load generator of one round. */
export interface Generator {
  open(key: string, engine: EngineId, target: EngineTarget): Promise<void>
  /** Closed loop on a few at a time, each until it is warm, at most for so long every nine of them. @returns by key */
  warmUp(
    lanes: readonly WarmUpLane[],
    requests: number,
    limitMs: number,
  ): Promise<Readonly<Record<string, WarmUp>>>
  /** Whether it is not on the core that the plan gives it. */
  isDisplaced?(): boolean
  /** Before a window, see `OpenLoad`. */
  refresh(key: string, all: boolean): Promise<number>
  /** @param once rejects with `AGENT_LATE` where one of several began too late: the window has to be counted anew. Absent: it begins again by itself. */
  slice(key: string, window: Window, once?: 'once'): Promise<GeneratorWindow>
  stop(): Promise<void>
}

/** Redis, as the harness sees it. */
export interface StoreMeter {
  /** Starts a measurement; the returned function ends it. */
  measure(): Promise<() => Promise<StoreUse & { readonly cpuUs: number }>>
  /** Bytes that its data take, keys, values and what finds them, once it has come to rest. Not on a Redis that others use. */
  memory(): Promise<number>
  clear(prefix: string): Promise<void>
}

/** Everything that a round does to the world; fakes in the tests of the runner. */
export interface Bench {
  /** @param ownRedis whether its Redis is to be asked by no other server, where it needs one and that is possible */
  startSubject(strategy: string, arm: Arm, keyPrefix: string, ownRedis: boolean): Promise<MovableSubject>
  startGenerator(): Promise<Generator>
  /** Null when no strategy of the run needs Redis. */
  readonly store: StoreMeter | null
  probe(to: Reached, request: EngineRequest): Promise<RawResponse>
  readMachineTime(): MachineTime | null | Promise<MachineTime | null>
  /** What CPU quotas did so far to this process, its children, and these others. By group. */
  readThrottling(
    others: readonly number[],
  ): ReadonlyMap<string, Throttling> | Promise<ReadonlyMap<string, Throttling>>
  now(): Date
}
