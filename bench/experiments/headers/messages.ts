import type { KeyMaterial, TokenProfile } from '../../../servers/contract.ts'
import type { HeadersObservation } from '../../../src/experiments/headers/observation.ts'

type Request = Extract<HeadersObservation, { kind: 'request' }>

/** What requests are counted of, and how many. */
export interface Wanted extends Pick<Request, 'strategy' | 'roles' | 'transport' | 'samples'> {
  /** Of the user; none for the strategies of the registry. */
  readonly file?: string
  readonly keys: KeyMaterial
  readonly token: TokenProfile
  readonly ttlSeconds: number
  readonly redisUrl: string | null
  readonly folder: string
}

/** Runner to the process that counts. */
export interface ToCounter {
  readonly type: 'count'
  readonly wanted: Wanted
}

export type FromCounter =
  | { readonly type: 'counted'; readonly observation: Request }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
