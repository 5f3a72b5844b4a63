import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KeyMaterial, TokenProfile } from '../../servers/contract.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { RunConfig } from '../../src/results/results.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import { OWN_SERVERS, startServerProcess } from '../process/server-process.ts'
import { provideRedis } from '../redis/provide.ts'
import type { ServerWish, Stage } from './experiment.ts'

/** What every server of a run is started with. */
export interface Props {
  readonly config: Pick<RunConfig, 'transport' | 'ttlSeconds'>
  readonly keys: KeyMaterial
  readonly token: TokenProfile
  readonly strategies: readonly StrategyInfo[]
  /** Strategies that come from files of the user: id to file. */
  readonly files: ReadonlyMap<string, string>
}

export interface OpenStage {
  readonly stage: Stage
  /** Resolves when everything has ended, also what was only being started. */
  leave(): Promise<void>
}

/** As long for every server: its bytes may be counted. */
const KEY_PREFIX = 'authbench:'

export function openStage(props: Props, signal: AbortSignal): OpenStage {
  const ends = new AsyncDisposableStack()
  const starting = new Set<Promise<unknown>>()
  let left = false

  /** Whatever is there after the stage was left goes at once. */
  async function kept<Started>(
    start: Promise<Started>,
    end: (started: Started) => unknown,
  ): Promise<Started> {
    const settled = start.then(
      async (started) => {
        if (left) await end(started)
        else ends.defer(async () => void (await end(started)))
      },
      () => undefined,
    )
    starting.add(settled)
    const started = await start
    await settled
    starting.delete(settled)
    signal.throwIfAborted()
    return started
  }

  return {
    stage: {
      signal,
      server: (strategy, wish = {}) =>
        kept(startServer(strategy, wish, props, signal), (server) => server.stop()),
      redis: () => kept(provideRedis(null, null), (redis) => redis.release('')),
      folder: () =>
        kept(mkdtemp(join(tmpdir(), 'authbench-experiment-')), (path) =>
          // What it was for may take a moment to let go of it.
          rm(path, { recursive: true, force: true, maxRetries: 10 }),
        ),
      keep: kept,
      defer: (end) => ends.defer(async () => void (await end())),
    },
    async leave() {
      left = true
      await Promise.all(starting)
      await ends.disposeAsync()
    },
  }
}

function startServer(id: string, wish: ServerWish, props: Props, signal: AbortSignal) {
  const { redis, ...own } = wish
  const info = props.strategies.find((strategy) => strategy.id === id)
  if (info === undefined) throw new Error(`no strategy '${id}' in this run`)
  if (info.needs.includes('redis') && redis === undefined) {
    throw new AuthbenchError(
      'EXPERIMENT_WITHOUT_REDIS',
      `'${id}' needs Redis, and the experiment gave it none`,
      {
        next: 'Report this: the experiment has to start one.',
        exitCode: 3,
      },
    )
  }
  const file = props.files.get(id)
  return startServerProcess(
    {
      strategy: id,
      ...(file === undefined ? {} : { file }),
      keys: props.keys,
      token: props.token,
      keyPrefix: KEY_PREFIX,
      ttlSeconds: props.config.ttlSeconds,
      transport: props.config.transport,
      redisUrl: redis?.url ?? null,
      port: 0,
      ...(info.needs.includes('auth-server') ? { authServer: { core: null } } : {}),
      ...own,
    },
    OWN_SERVERS,
    null,
    signal,
  )
}
