import type { SplitObservation } from '../../../src/experiments/split/observation.ts'
import type { StrategyInfo } from '../../../src/results/strategy-info.ts'
import { addressOf, originOf } from '../../load/http/address.ts'
import { startAuthServerProcess } from '../../process/auth-server-process.ts'
import { authServerBeside, OWN_SERVERS } from '../../process/server-process.ts'
import type { Subject } from '../../run/equipment.ts'
import type { ExperimentContext, ServerWish, Stage } from '../../trials/experiment.ts'
import { type CountedWay, countedWay, httpRequests, redisCommands } from './counted-way.ts'

/** A core API, and an authentication API in a process of its own. */
export interface System {
  readonly core: Subject
  /** Where users log in and refresh. */
  readonly entrance: Pick<Subject, 'origin'>
  /** From the core. */
  readonly toRedis: CountedWay
  /** From the core; null: it knows of no authentication API. */
  readonly toAuthApi: CountedWay | null
  /** One more core, on the same ways. */
  startCore(stage: Stage): Promise<Subject>
  /** Resolves when it is dead. */
  killAuthApi(): Promise<void>
  /** On the port that it had. */
  restartAuthApi(): Promise<void>
}

type Context = ExperimentContext<SplitObservation>

const KEY_PREFIX = 'authbench:'

export async function openSystem(
  context: Context,
  stage: Stage,
  info: StrategyInfo,
  redisUrl: string,
): Promise<System> {
  const toRedis = await stage.keep(countedWay(addressOf(redisUrl), redisCommands), (way) => way.close())
  const wish: ServerWish = {
    transport: 'bearer',
    keyPrefix: KEY_PREFIX,
    redis: { url: originOf(toRedis).replace(/^http/, 'redis') },
  }
  return info.needs.includes('auth-server')
    ? besideAuthServer(context, stage, info, redisUrl, wish, toRedis)
    : besideItself(stage, info, redisUrl, wish, toRedis)
}

/** The authentication API is the auth server that the strategy asks. The core passes logins on to it. */
async function besideAuthServer(
  { keys, token, ttlSeconds }: Context,
  stage: Stage,
  info: StrategyInfo,
  redisUrl: string,
  wish: ServerWish,
  toRedis: CountedWay,
): Promise<System> {
  const start = (port: number, clientSecret?: string) =>
    stage.keep(
      startAuthServerProcess(
        {
          keys: { RS256: keys.RS256 },
          token,
          ttlSeconds,
          redisUrl,
          keyPrefix: KEY_PREFIX,
          port,
          ...(clientSecret === undefined ? {} : { clientSecret }),
        },
        authServerBeside(OWN_SERVERS),
        null,
        'the authentication API',
        stage.signal,
      ),
      (started) => started.stop(),
    )
  let authServer = await start(0)
  const { address } = authServer
  const toAuthApi = await stage.keep(countedWay(addressOf(address.origin), httpRequests), (way) =>
    way.close(),
  )
  const startCore = (of: Stage) =>
    of.server(info.id, { ...wish, authServer: { address: { ...address, origin: originOf(toAuthApi) } } })
  const core = await startCore(stage)
  return {
    core,
    entrance: core,
    toRedis,
    toAuthApi,
    startCore,
    killAuthApi: () => kill(authServer),
    async restartAuthApi() {
      authServer = await start(addressOf(address.origin).port, address.clientSecret)
    },
  }
}

/** The authentication API is a second server of the strategy: tokens and sessions of one are those of the other. */
async function besideItself(
  stage: Stage,
  info: StrategyInfo,
  redisUrl: string,
  wish: ServerWish,
  toRedis: CountedWay,
): Promise<System> {
  const startCore = (of: Stage) => of.server(info.id, wish)
  const start = (port: number) => stage.server(info.id, { ...wish, redis: { url: redisUrl }, port })
  const core = await startCore(stage)
  let authApi = await start(0)
  const entrance = { origin: authApi.origin }
  return {
    core,
    entrance,
    toRedis,
    toAuthApi: null,
    startCore,
    killAuthApi: () => kill(authApi),
    async restartAuthApi() {
      authApi = await start(addressOf(entrance.origin).port)
    },
  }
}

async function kill({ pid, assertAlive }: Pick<Subject, 'pid' | 'assertAlive'>): Promise<void> {
  if (pid === null) throw new Error('the authentication API has no process here')
  process.kill(pid, 'SIGKILL')
  // Rejects as soon as it has ended.
  await assertAlive().catch(() => undefined)
}
