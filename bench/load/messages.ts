import type { ProcessCpu } from '../../src/results/cell.ts'
import type { EngineRequest, EngineSlice, EngineTarget, Window } from './engine.ts'

export type EngineId = 'autocannon' | 'paced'

export interface WarmUpLane {
  readonly key: string
  /** The server's process, whose CPU time tells when it is warm; null where the system does not show it. */
  readonly pid: number | null
}

export interface WarmUp {
  /** At least as many as were asked for, unless the time ran out or the server failed. */
  readonly requests: number
  /** Null where CPU time is not shown, or the warm-up was too short to tell. */
  readonly converged: boolean | null
}

/** Each request once: a message of tens of thousands that repeat themselves would have a hundred megabytes. */
export interface PackedTarget extends EngineTarget {
  /** Places in `requests`, in the order of sending. */
  readonly order: readonly number[]
}

/** By identity: who makes a target uses one object for one request. */
export function packed(target: EngineTarget): PackedTarget {
  const places = new Map<EngineRequest, number>()
  for (const request of target.requests) if (!places.has(request)) places.set(request, places.size)
  return {
    ...target,
    requests: [...places.keys()],
    order: target.requests.map((request) => places.get(request) ?? 0),
  }
}

export function unpacked({ order, ...target }: PackedTarget): EngineTarget {
  return { ...target, requests: order.flatMap((place) => target.requests[place] ?? []) }
}

/** Runner to generator child. `key` names one open load. */
export type ToGenerator =
  | { readonly type: 'open'; readonly key: string; readonly engine: EngineId; readonly target: PackedTarget }
  /** A few at a time, each until it has had so many responses and its cost no longer falls, at most for so long. */
  | {
      readonly type: 'warm up'
      readonly lanes: readonly WarmUpLane[]
      readonly requests: number
      readonly limitMs: number
    }
  | { readonly type: 'refresh'; readonly key: string; readonly all: boolean }
  /** @param startAtUs of this machine's monotonic clock; absent: at once */
  | { readonly type: 'slice'; readonly key: string; readonly window: Window; readonly startAtUs?: number }

/** Generator child to runner. */
export type FromGenerator =
  | { readonly type: 'ready' }
  | { readonly type: 'opened' }
  | { readonly type: 'warm'; readonly lanes: Readonly<Record<string, WarmUp>> }
  | { readonly type: 'refreshed'; readonly closed: number }
  | {
      readonly type: 'slice'
      readonly slice: EngineSlice
      readonly cpu: ProcessCpu
      /** Of this machine's monotonic clock. */
      readonly startedAtUs: number
    }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
