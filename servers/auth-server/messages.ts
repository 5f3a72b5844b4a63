import type { AuthServerAddress } from '../contract.ts'
import type { AuthServerOptions } from './server.ts'

/** Runner to the auth server's process, over the IPC channel. Keys are rotated by whoever runs the server, never over HTTP. */
export type ToAuthServer =
  | ({ readonly type: 'init' } & Omit<AuthServerOptions, 'now'>)
  | { readonly type: 'rotate keys' }
  | { readonly type: 'usage' }

export type FromAuthServer =
  | { readonly type: 'ready'; readonly address: AuthServerAddress }
  | { readonly type: 'rotated' }
  /** `process.cpuUsage()` in microseconds, for systems without schedstat. */
  | { readonly type: 'usage'; readonly userUs: number; readonly systemUs: number }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
