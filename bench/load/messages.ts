import type { ProcessCpu } from '../../src/cell.ts'
import type { EngineSlice, EngineTarget, Window } from './engine.ts'

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

/** Runner to generator child. `key` names one open load. */
export type ToGenerator =
  | { readonly type: 'open'; readonly key: string; readonly engine: EngineId; readonly target: EngineTarget }
  /** A few at a time, each until it has had so many responses and its cost no longer falls, at most for so long. */
  | {
      readonly type: 'warm up'
      readonly lanes: readonly WarmUpLane[]
      readonly requests: number
      readonly limitMs: number
    }
  | { readonly type: 'slice'; readonly key: string; readonly window: Window }

/** Generator child to runner. */
export type FromGenerator =
  | { readonly type: 'ready' }
  | { readonly type: 'opened' }
  | { readonly type: 'warm'; readonly lanes: Readonly<Record<string, WarmUp>> }
  | { readonly type: 'slice'; readonly slice: EngineSlice; readonly cpu: ProcessCpu }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
