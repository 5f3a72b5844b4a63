import type { Behaviour, Observed } from './known-behaviour.ts'

/** Command to known server. */
export type ToKnownServer =
  | { readonly type: 'listen' }
  /** Counts from zero, and behaves so from now on. */
  | { readonly type: 'behave'; readonly behaviour: Behaviour }
  | { readonly type: 'observe' }

/** Known server to command. */
export type FromKnownServer =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'behaving' }
  | { readonly type: 'observed'; readonly observed: Observed }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }

/** Command to bare client. */
export interface ToBareClient {
  readonly type: 'ask'
  readonly port: number
  readonly requests: number
}

/** Bare client to command. */
export type FromBareClient =
  | { readonly type: 'asked'; readonly roundTripsUs: readonly number[] }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }

/** Command to awake ends. */
export type ToAwakeEnds =
  | { readonly type: 'listen' }
  | { readonly type: 'send'; readonly port: number; readonly messages: number; readonly pauseMs: number }

/** Awake ends to command. */
export type FromAwakeEnds =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'taken'; readonly roundTripsUs: readonly number[] }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
