// In this folder: services that verify for users of another one, in this process, whom they ask, and what is tried on them.

import { type RunningAuthServer, startAuthServer } from '../../../servers/auth-server/server.ts'
import { countRequests } from '../../../servers/conformance/harness/request-count.ts'
import type { AuthStrategy, KeyMaterial } from '../../../servers/contract.ts'
import { type RunningServer, startServer } from '../../../servers/server.ts'
import { redisMeter } from '../../redis/meter.ts'
import type { ProvidedRedis } from '../../redis/provide.ts'
import type { ExperimentContext, Stage } from '../../trials/experiment.ts'
import { type Requests, requestsTo } from '../../trials/requests.ts'
import { watchOutgoing } from './outgoing.ts'

/** Requests under way at one service. */
const CONNECTIONS = 20

export interface Service {
  readonly server: RunningServer
  readonly requests: Requests
}

/** Services of one strategy, in this process, with one clock, and what they ask. */
export interface Services {
  readonly keys: KeyMaterial
  /** Null: each logs users in by itself. */
  readonly authServer: RunningAuthServer | null
  readonly services: readonly Service[]
  start(): Promise<Service>
  advance(seconds: number): void
  now(): number
  /** @returns how many calls of services `work` led to: to the auth server, to Redis, or, where they need neither, to anybody */
  callsDuring(work: () => Promise<void>): Promise<number>
}

export async function openServices(
  stage: Stage,
  { keys, token, ttlSeconds }: Pick<ExperimentContext<unknown>, 'keys' | 'token' | 'ttlSeconds'>,
  strategy: AuthStrategy,
  redis: ProvidedRedis | null,
  count: number,
): Promise<Services> {
  const startMs = Date.now()
  let elapsedMs = 0
  const now = () => startMs + elapsedMs
  const redisUrl = strategy.needs.includes('redis') ? (redis?.url ?? null) : null
  const shared = { keys, token, ttlSeconds, redisUrl, keyPrefix: 'authbench:', port: 0, now }
  const ports = new Set<number>()
  const outgoing = watchOutgoing((port) => ports.has(port))
  stage.defer(outgoing.stop)
  const authServer = strategy.needs.includes('auth-server')
    ? await stage.keep(startAuthServer(shared), ({ close }) => close())
    : null

  async function start(): Promise<Service> {
    const folder = await stage.folder()
    const starting = startServer(strategy, {
      ...shared,
      transport: 'bearer',
      folder,
      authServer: authServer?.address ?? null,
      clock: now,
    })
    const server = await stage.keep(starting, ({ close }) => close())
    ports.add(server.port)
    const requests = requestsTo({ origin: `http://127.0.0.1:${server.port}` }, 'bearer', CONNECTIONS)
    stage.defer(requests.close)
    return { server, requests }
  }

  async function callsDuring(work: () => Promise<void>): Promise<number> {
    if (authServer !== null) {
      const counts = ['/jwks', '/introspect'].map((path) => countRequests(authServer.address.origin, path))
      try {
        await work()
        return counts.reduce((sum, each) => sum + each.count(), 0)
      } finally {
        for (const each of counts) each.stop()
      }
    }
    if (redisUrl === null || redis === null) {
      const called = outgoing.measure()
      await work()
      return called()
    }
    const end = await redisMeter(redis.control).measure()
    await work()
    const { commands } = await end()
    return Object.values(commands).reduce((sum, calls) => sum + calls, 0)
  }

  const services: Service[] = []
  for (let started = 0; started < count; started += 1) services.push(await start())
  return {
    keys,
    authServer,
    services,
    start,
    now,
    callsDuring,
    advance(seconds) {
      elapsedMs += 1000 * seconds
    },
  }
}
