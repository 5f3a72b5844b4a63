import { once } from 'node:events'
import { COOKIE_NAME } from '../../servers/contract.ts'
import { assertFits } from '../../servers/credential-size.ts'
import { generateKeys } from '../../servers/keys.ts'
import { isStrategyId, STRATEGIES, strategyIds } from '../../servers/registry.ts'
import { resolveConfig } from '../../src/config.ts'
import { AuthbenchError } from '../../src/errors.ts'
import { detectPinning } from '../machine/pinning.ts'
import { OWN_SERVERS, startServerProcess } from '../process/server-process.ts'
import { provideRedis } from '../redis/provide.ts'
import type { Terminal } from '../terminal.ts'
import { LONGEST_SUBJECT, readClaims, redisUrl } from './options.ts'

const WATCH_MS = 1000

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
  if (flags.port > 65_535) {
    throw new AuthbenchError('PORT_INVALID', `there is no port ${flags.port}`, {
      next: 'Choose one from 1 to 65535, or leave --port out for any free one.',
    })
  }
  const token = readClaims(flags.claims)
  const keys = await generateKeys()
  await assertFits(STRATEGIES[id], { keys, token, ttlSeconds, transport }, LONGEST_SUBJECT)
  const url = redisUrl(flags.redis)
  const needsRedis = STRATEGIES[id].needs.includes('redis')
  const pinning = detectPinning(needsRedis ? (url === null ? 'own' : 'given') : null)
  const keyPrefix = `authbench:serve-${process.pid}:`

  await using cleanup = new AsyncDisposableStack()
  const signal = terminal.interruption(cleanup, 'Stopping.')
  const redis = needsRedis ? await provideRedis(url, pinning.redis) : null
  if (redis !== null) {
    cleanup.defer(async () => {
      const left = await redis.release(keyPrefix)
      if (left !== null) terminal.stderr.write(`${left}\n`)
    })
  }
  const server = await startServerProcess(
    {
      strategy: id,
      keys,
      token,
      keyPrefix,
      ttlSeconds,
      transport,
      redisUrl: redis?.url ?? null,
      port: flags.port,
    },
    OWN_SERVERS,
    pinning.server,
    signal,
  ).catch((error: unknown) => {
    if (signal.aborted) return null
    throw error
  })
  if (server === null) return 0
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
  const died = Promise.withResolvers<never>()
  const watch = setInterval(() => server.assertAlive().catch(died.reject), WATCH_MS)
  cleanup.defer(() => clearInterval(watch))
  if (!signal.aborted) await Promise.race([once(signal, 'abort'), died.promise])
  return 0
}
