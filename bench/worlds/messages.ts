import type { Seen } from './held.ts'
import type { RelayOptions } from './relay.ts'

/** Runner to proxy. */
export type ToProxy =
  | ({ readonly type: 'listen' } & RelayOptions)
  /** Since the last time. */
  | { readonly type: 'check' }
  | { readonly type: 'usage' }

/** Proxy to runner. */
export type FromProxy =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'checked'; readonly seen: Seen }
  | { readonly type: 'usage'; readonly userUs: number; readonly systemUs: number }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
