import type { AuthServerAddress } from '../contract.ts'
import type { AuthServerOptions, AuthServerWorld } from './server.ts'

/** Runner to the auth server's process, over the IPC channel. Keys are rotated by whoever runs the server, never over HTTP. */
export type ToAuthServer =
  | ({ readonly type: 'init' } & Omit<AuthServerOptions, 'now'>)
  | { readonly type: 'rotate keys' }
  | { readonly type: 'enter'; readonly world: AuthServerWorld }
  | { readonly type: 'usage' }

export type FromAuthServer =
  | { readonly type: 'ready'; readonly address: AuthServerAddress }
  | { readonly type: 'rotated' }
  | { readonly type: 'entered' }
  /** `process.cpuUsage()` in microseconds, for systems without schedstat. */
  | { readonly type: 'usage'; readonly userUs: number; readonly systemUs: number }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
