import type { ProcessCpu } from '../../src/cell.ts'
import type { EngineSlice, EngineTarget } from './engine.ts'

/** Runner to generator child. `key` names one open load. */
export type ToGenerator =
  | { readonly type: 'open'; readonly key: string; readonly target: EngineTarget }
  /** A few at a time, each until it has had so many responses, at most for so long. */
  | {
      readonly type: 'warm up'
      readonly keys: readonly string[]
      readonly requests: number
      readonly limitMs: number
    }
  | { readonly type: 'slice'; readonly key: string; readonly milliseconds: number }

/** Generator child to runner. */
export type FromGenerator =
  | { readonly type: 'ready'; readonly engine: string }
  | { readonly type: 'opened' }
  | { readonly type: 'warm'; readonly responses: Readonly<Record<string, number>> }
  | { readonly type: 'slice'; readonly slice: EngineSlice; readonly cpu: ProcessCpu }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
