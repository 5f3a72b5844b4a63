import { once } from 'node:events'
import { COOKIE_NAME } from '../../servers/contract.ts'
import { generateKeys } from '../../servers/keys.ts'
import { isStrategyId, STRATEGIES, strategyIds } from '../../servers/registry.ts'
import { resolveConfig } from '../../src/config.ts'
import { AuthbenchError } from '../../src/errors.ts'
import { detectPinning } from '../machine/pinning.ts'
import { startServerProcess } from '../process/server-process.ts'
import { provideRedis } from '../redis/provide.ts'
import type { Terminal } from '../terminal.ts'
import { readClaims, redisUrl } from './options.ts'

export interface ServeFlags {
  readonly port: number
  readonly redis?: string | undefined
  readonly transport?: string | undefined
  readonly claims?: string | undefined
}

/** One reference server in the foreground, in the process and on the core where a run would have it. @returns the exit code */
export async function serve(id: string, flags: ServeFlags, terminal: Terminal): Promise<number> {
  const { transport, ttlSeconds } = resolveConfig(
    { strategies: [id], transport: flags.transport },
    { strategies: strategyIds, scenarios: ['verify'] },
    { profile: 'smoke', seed: 0, extraClaims: [] },
  )
  if (!isStrategyId(id)) throw new Error(`no strategy '${id}'`)
  const token = readClaims(flags.claims)
  const pinning = detectPinning()
  const keyPrefix = `authbench:serve-${process.pid}:`

  await using cleanup = new AsyncDisposableStack()
  const signal = terminal.interruption(cleanup)
  const redis = STRATEGIES[id].needs.includes('redis')
    ? await provideRedis(redisUrl(flags.redis), pinning.redis)
    : null
  if (redis !== null) cleanup.defer(() => redis.release(keyPrefix))
  const server = await startServerProcess(
    {
      strategy: id,
      keys: await generateKeys(),
      token,
      keyPrefix,
      ttlSeconds,
      transport,
      redisUrl: redis?.url ?? null,
      port: flags.port,
    },
    pinning.server,
    signal,
  )
  cleanup.defer(() => server.stop())
  server.pin()
  const { origin } = server
  const header = transport === 'bearer' ? 'authorization: Bearer $TOKEN' : `cookie: ${COOKIE_NAME}=$TOKEN`
  terminal.stdout.write(
    [
      `${id} listens on ${origin} (process ${server.pid}). ${pinning.sentence}`,
      '',
      `TOKEN=$(curl -s ${origin}/login -H 'content-type: application/json' -d '{"subject":"user-0000001"}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
      `curl -i ${origin}/me -H "${header}"`,
      `curl -i -X POST ${origin}/logout -H "${header}"`,
      '',
      'Ctrl-C stops it.',
      '',
    ].join('\n'),
  )
  const watch = setInterval(
    () => void server.assertAlive().catch((error: unknown) => died.reject(error)),
    1000,
  )
  cleanup.defer(() => clearInterval(watch))
  const died = Promise.withResolvers<never>()
  if (!signal.aborted) await Promise.race([once(signal, 'abort'), died.promise])
  if (signal.aborted) return 0
  throw new AuthbenchError('SERVER_DIED', `the server '${id}' is gone`, {
    next: 'Start it again.',
    exitCode: 3,
  })
}
