import { once } from 'node:events'
import { credentialHeader, schemeOf } from '../../servers/contract.ts'
import { assertFits } from '../../servers/http/credential-size.ts'
import { isStrategyId, STRATEGIES, strategyIds } from '../../servers/registry.ts'
import { assertNoneTaken } from '../../servers/user-files/claims-file.ts'
import { resolveConfig } from '../../src/plan/config.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import { LONGEST_SUBJECT, readClaims, readKeys, redisUrl } from '../cli/options.ts'
import type { Terminal } from '../cli/terminal.ts'
import { detectPinning, helperCore, withAuthServer } from '../machine/pinning.ts'
import { OWN_SERVERS, startServerProcess } from '../process/server-process.ts'
import { originOfRedis, redisOfCommand } from '../redis/provide.ts'

const WATCH_MS = 1000

export interface ServeFlags {
  readonly port: number
  readonly redis?: string | undefined
  readonly transport?: string | undefined
  readonly claims?: string | undefined
  readonly keys?: string | undefined
}

/** One reference server in the foreground, in the process and on the core where a run would have it. @returns the exit code */
export async function serve(id: string, flags: ServeFlags, terminal: Terminal): Promise<number> {
  const { transport, ttlSeconds } = resolveConfig(
    { strategies: [id], transport: flags.transport },
    { strategies: strategyIds, usual: strategyIds, scenarios: ['verify'] },
    { profile: 'smoke', seed: 0, extraClaims: [] },
  )
  if (!isStrategyId(id)) throw new Error(`no strategy '${id}'`)
  if (flags.port > 65_535) {
    throw new AuthbenchError('PORT_INVALID', `there is no port ${flags.port}`, {
      next: 'Choose one from 1 to 65535, or leave --port out for any free one.',
    })
  }
  const token = readClaims(flags.claims)
  assertNoneTaken(token, [STRATEGIES[id]])
  const { keys, given } = await readKeys(flags.keys)
  await assertFits(STRATEGIES[id], { keys, token, ttlSeconds, transport }, LONGEST_SUBJECT)
  const url = redisUrl(flags.redis)
  const needsRedis = STRATEGIES[id].needs.includes('redis')
  const needsAuthServer = STRATEGIES[id].needs.includes('auth-server')
  const plan = detectPinning(needsRedis ? originOfRedis(url) : null)
  const pinning = needsAuthServer ? withAuthServer(plan) : plan
  const keyPrefix = `authbench:serve-${process.pid}:`

  await using cleanup = new AsyncDisposableStack()
  const signal = terminal.interruption(cleanup, 'Stopping.')
  const redis = needsRedis
    ? await redisOfCommand({ url, core: pinning.redis, keyPrefix, signal, cleanup, output: terminal.stderr })
    : null
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
      ...(needsAuthServer ? { authServer: { core: helperCore(pinning) } } : {}),
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
  const [name, value] = credentialHeader(transport, '$TOKEN', schemeOf(STRATEGIES[id]))
  const header = `${name}: ${value}`
  // With cookies a request that changes something has to say that it comes from the server's own pages.
  const site = transport === 'bearer' ? '' : " -H 'sec-fetch-site: same-origin'"
  terminal.stdout.write(
    [
      `${id} listens on ${origin} (process ${server.pid}). ${pinning.sentence}`,
      // A key that the file has for something else would go unnoticed: the server would run with a new one.
      ...(given.length > 0 ? [`From ${flags.keys}: ${given.join(', ')}. All other keys are new.`] : []),
      ...(server.authServer === undefined ? [] : [`Its auth server listens on ${server.authServer.origin}.`]),
      ...(STRATEGIES[id].proof === undefined
        ? []
        : [
            'Each of these requests needs a DPoP header as well, signed for it alone (RFC 9449): curl makes none.',
          ]),
      '',
      `TOKEN=$(curl -s ${origin}/login${site} -H 'content-type: application/json' -d '{"subject":"user-0000001"}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
      `curl -i ${origin}/me -H "${header}"`,
      `curl -i -X POST ${origin}/logout${site} -H "${header}"`,
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
