import type { AuthStrategy } from '../contract.ts'
import { type RunningServer, type ServerOptions, startServer } from '../server.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'
import { testKeys } from './test-deps.ts'

/** For strategies that need neither Redis nor an auth server; what a test is about goes into `changes`. The test closes it. */
export async function startTestServer(
  strategy: AuthStrategy,
  changes: Partial<ServerOptions> = {},
): Promise<RunningServer> {
  return startServer(strategy, {
    keys: await testKeys(),
    token: DEFAULT_TOKEN_PROFILE,
    ttlSeconds: 60,
    transport: 'bearer',
    redisUrl: null,
    keyPrefix: 'test:',
    folder: '',
    authServer: null,
    port: 0,
    now: Date.now,
    ...changes,
  })
}
