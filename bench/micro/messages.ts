import type { KeyMaterial, TokenProfile } from '../../servers/contract.ts'
import type { Measured, MeasureOptions } from './measure.ts'

/** Runner to the process of one task, over the IPC channel: secrets stay out of argv and the environment. */
export type ToMicro = {
  readonly type: 'measure'
  readonly task: string
  readonly keys: KeyMaterial
  readonly token: TokenProfile
  readonly ttlSeconds: number
  readonly folder: string
  readonly redis: { readonly url: string; readonly keyPrefix: string } | null
} & Pick<MeasureOptions, 'warmUpMs' | 'measureMs'>

export type FromMicro =
  /** Null: there is nothing to measure. */
  | { readonly type: 'measured'; readonly measured: Measured | null }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
