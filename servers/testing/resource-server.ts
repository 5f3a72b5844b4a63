import { startAuthServer } from '../auth-server/server.ts'
import type { AuthServerAddress } from '../contract.ts'
import { STRATEGIES, type StrategyId } from '../registry.ts'
import { startServer } from '../server.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'
import { testKeys } from './test-deps.ts'

interface PairOptions {
  readonly redisUrl: string | null
  readonly ttlSeconds: number
  readonly now: () => number
}

let pairs = 0

/** A resource server and the auth server that it asks, which can be stopped and started again. */
export async function openPair(strategy: StrategyId, { redisUrl, ttlSeconds, now }: PairOptions) {
  const shared = {
    keys: await testKeys(),
    token: DEFAULT_TOKEN_PROFILE,
    ttlSeconds,
    redisUrl,
    keyPrefix: `pair-${pairs++}:`,
    now,
  }
  const startAuth = (port = 0, clientSecret?: string) =>
    startAuthServer({ ...shared, port, ...(clientSecret === undefined ? {} : { clientSecret }) })
  let authServer = await startAuth()
  const { address } = authServer
  const server = await openResourceServer(strategy, address, shared)
  return {
    ...server,
    authServerAddress: address,
    rotateKeys: () => authServer.rotateKeys(),
    stopAuthServer: () => authServer.close(),
    async restartAuthServer() {
      authServer = await startAuth(Number(new URL(address.origin).port), address.clientSecret)
    },
    async close() {
      await server.close()
      await authServer.close()
    },
  }
}

/** A resource server, asking whatever listens at the address. */
export async function openResourceServer(
  strategy: StrategyId,
  authServer: AuthServerAddress,
  { ttlSeconds, now, redisUrl, keyPrefix = 'test:' }: PairOptions & { readonly keyPrefix?: string },
) {
  const server = await startServer(STRATEGIES[strategy], {
    keys: await testKeys(),
    token: DEFAULT_TOKEN_PROFILE,
    ttlSeconds,
    transport: 'bearer',
    redisUrl,
    keyPrefix,
    folder: '',
    authServer,
    port: 0,
    now,
    clock: now,
  })
  const request = async (method: string, path: string, credential: string) => {
    const headers = { authorization: `Bearer ${credential}` }
    const reply = await fetch(`http://127.0.0.1:${server.port}${path}`, { method, headers })
    await reply.arrayBuffer()
    return reply
  }
  return {
    server,
    async login(subject = 'alice'): Promise<string> {
      const [credential = ''] = await server.issue([subject])
      return credential
    },
    /** Status of a request to the protected route. */
    me: async (credential: string): Promise<number> => (await request('GET', '/me', credential)).status,
    post: async (path: '/logout' | '/logout-all', credential: string): Promise<number> =>
      (await request('POST', path, credential)).status,
    close: () => server.close(),
  }
}
