// In this folder: servers on another machine. A run asks a host for what it would otherwise do itself, one call at a time.

import type { JWK } from 'jose'
import type { KeyMaterial, TokenProfile } from '../../servers/contract.ts'
import type { Arm } from '../../src/results/cell.ts'
import type { Environment, RunConfig } from '../../src/results/results.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'

/** What a host has to know before it starts the first server. */
export interface HostedRun {
  readonly config: RunConfig
  readonly strategies: readonly StrategyInfo[]
  /** Of the user's own: the host has to have the same files. */
  readonly own: readonly { readonly id: string; readonly hash: string }[]
  /** Origin of an endpoint that runs there, whose CPU is to be read; null: none is measured. */
  readonly target: string | null
  readonly keys: KeyMaterial
  readonly token: TokenProfile
  /** Every key of the run starts with it. */
  readonly keyPrefix: string
  readonly needsRedis: boolean
  /** The user's; null: the host starts one. */
  readonly redisUrl: string | null
  readonly rowsInRedis: boolean
  readonly usesProxies: boolean
}

/** Methods of a subject that take and give what JSON can carry. */
export const PLAIN_METHODS = [
  'issue',
  'fill',
  'storeBytes',
  'readCache',
  'readCpu',
  'readMemory',
  'assertAlive',
  'isDisplaced',
  'pin',
  'enter',
  'stop',
] as const
export type PlainMethod = (typeof PLAIN_METHODS)[number]

/** What is begun before a window, and ended after it. */
export type Measurement = 'store' | 'allocated' | 'way'

export type Call =
  | { readonly call: 'open'; readonly run: HostedRun }
  | {
      readonly call: 'start'
      readonly strategy: string
      readonly arm: Arm
      readonly keyPrefix: string
      readonly ownRedis: boolean
    }
  | {
      readonly call: 'do'
      readonly subject: number
      readonly method: PlainMethod
      readonly args: readonly unknown[]
    }
  | { readonly call: 'auth cpu'; readonly subject: number }
  /** @param subject null: the Redis of the run */
  | { readonly call: 'begin'; readonly measurement: Measurement; readonly subject: number | null }
  | { readonly call: 'end'; readonly begun: number }
  | { readonly call: 'store memory'; readonly subject: number | null }
  | { readonly call: 'clear'; readonly prefix: string }
  | { readonly call: 'machine' }
  | { readonly call: 'throttling' }
  | { readonly call: 'close' }

export interface Opened {
  readonly environment: Environment
  /** Whether the run has a Redis. */
  readonly store: boolean
  /** Of the target; empty without one. */
  readonly processes: NonNullable<Environment['target']>['processes']
}

export interface Started {
  readonly subject: number
  readonly origin: string
  readonly host?: string
  readonly certificate?: string
  readonly authOrigin?: string
  readonly watchesWay: boolean
  /** See `Subject.store`. */
  readonly store: 'own' | 'of the run' | 'unknown'
}

/** What is sealed to the host. */
export interface SealedCall {
  /** Of one coordinator. */
  readonly run: string
  /** Whom the answer is sealed to. */
  readonly replyTo: JWK
  readonly content: Call
}
