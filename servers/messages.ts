import type { StrategyInfo } from '../src/results/strategy-info.ts'
import type { CacheUse } from './contract.ts'
import type { CredentialKind, ServerOptions, ServerWorld } from './server.ts'

/** Runner to server child, over the IPC channel: secrets stay out of argv and the environment. */
export type ToServer =
  | ({
      readonly type: 'init'
      readonly strategy: string
      /** Of the user; none for the strategies of the registry. */
      readonly file?: string
    } & Omit<ServerOptions, 'now' | 'clock' | 'app'>)
  /** What the strategy of a file says of itself, told by a process that the file may hang or end. */
  | { readonly type: 'describe'; readonly file: string }
  | { readonly type: 'issue'; readonly subjects: readonly string[]; readonly kind?: CredentialKind }
  | { readonly type: 'fill'; readonly entries: number }
  | { readonly type: 'enter'; readonly world: ServerWorld }
  | { readonly type: 'store' }
  | { readonly type: 'usage' }
  /** From now on its clock shows this moment, until it is told another one: for what depends on time and must not depend on the machine. */
  | { readonly type: 'stop-clock'; readonly at: number }

/** Server child to runner. */
export type FromServer =
  | {
      readonly type: 'ready'
      readonly port: number
      /** Absent: plain text, as every checkout speaks it from before it was asked for TLS. */
      readonly tls?: true
    }
  | { readonly type: 'issued'; readonly credentials: readonly string[] }
  | { readonly type: 'filled' }
  | { readonly type: 'clock-stopped' }
  | { readonly type: 'entered' }
  | { readonly type: 'stored'; readonly bytes: number }
  | { readonly type: 'described'; readonly info: StrategyInfo }
  /** `process.cpuUsage()` in microseconds, for systems without schedstat. */
  | {
      readonly type: 'usage'
      readonly userUs: number
      readonly systemUs: number
      /** Of JavaScript heap, since the first time. Null: not to be told this time; absent: a checkout from before it was asked for. */
      readonly allocatedBytes?: number | null
      /** Null: the strategy has no cache. */
      readonly cache: CacheUse | null
    }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
