import type { KeyMaterial, TokenProfile, Transport } from './contract.ts'

/** Runner to server child, over the IPC channel: secrets stay out of argv and the environment. */
export type ToServer =
  | {
      readonly type: 'init'
      readonly strategy: string
      readonly keys: KeyMaterial
      readonly token: TokenProfile
      readonly ttlSeconds: number
      readonly transport: Transport
      /** Null when the strategy needs no Redis. */
      readonly redisUrl: string | null
      /** Every key that the server writes starts with it. */
      readonly keyPrefix: string
      /** 0: any free port, on 127.0.0.1. */
      readonly port: number
    }
  | { readonly type: 'issue'; readonly subjects: readonly string[] }
  | { readonly type: 'usage' }

/** Server child to runner. */
export type FromServer =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'issued'; readonly credentials: readonly string[] }
  /** `process.cpuUsage()` in microseconds, for systems without schedstat. */
  | { readonly type: 'usage'; readonly userUs: number; readonly systemUs: number; readonly rssBytes: number }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
