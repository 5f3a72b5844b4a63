/** One server under test, as a child process. Speaks `messages.ts` over the channel to its parent. */

import { AuthbenchError, messageOf } from '../src/errors.ts'
import type { AuthStrategy } from './contract.ts'
import type { FromServer, ToServer } from './messages.ts'
import { loadStrategy } from './own-strategy.ts'
import { isStrategyId, STRATEGIES } from './registry.ts'
import { type RunningServer, type ServerOptions, startServer } from './server.ts'

let starting: Promise<RunningServer> | undefined

process.on('message', (message: ToServer) => {
  handle(message).then(send, (error) => send(failure(error)))
})
// A terminal sends Ctrl-C to the whole group; when this server goes is the runner's decision.
process.on('SIGINT', () => {})
process.on('SIGTERM', stop)
process.on('disconnect', stop)

async function handle(message: ToServer): Promise<FromServer> {
  switch (message.type) {
    case 'init': {
      const { strategy: id, file, ...options } = message
      starting ??= start(file === undefined ? known(id) : await loadStrategy(file), options)
      return { type: 'ready', port: (await starting).port }
    }
    case 'describe': {
      const { open, ...info } = await loadStrategy(message.file)
      return { type: 'described', info }
    }
    case 'issue': {
      const server = await running()
      return { type: 'issued', credentials: await server.issue(message.subjects, message.kind) }
    }
    case 'fill': {
      await (await running()).fill(message.entries)
      return { type: 'filled' }
    }
    case 'usage': {
      const { user, system } = process.cpuUsage()
      const cache = (await starting)?.cacheUse() ?? null
      return { type: 'usage', userUs: user, systemUs: system, rssBytes: process.memoryUsage.rss(), cache }
    }
    default:
      throw new AuthbenchError('UNKNOWN_MESSAGE', 'the server got a message that it does not know', {
        next: 'Report this: runner and server do not agree.',
      })
  }
}

function start(strategy: AuthStrategy, options: Omit<ServerOptions, 'now'>): Promise<RunningServer> {
  return startServer(strategy, { ...options, now: Date.now })
}

function known(id: string): AuthStrategy {
  if (!isStrategyId(id)) throw unknownStrategy(id)
  return STRATEGIES[id]
}

function running(): Promise<RunningServer> {
  if (starting === undefined) throw notStarted()
  return starting
}

function send(message: FromServer): void {
  // The parent may be gone; then `disconnect` ends this process, and the callback swallows the failed write.
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

async function stop(): Promise<void> {
  await starting?.then(
    (server) => server.close(),
    () => {},
  )
  process.exit(0)
}

function failure(error: unknown): FromServer {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'SERVER_FAILED'
  return { type: 'failed', code, message: messageOf(error) }
}

function unknownStrategy(id: string): AuthbenchError {
  return new AuthbenchError('UNKNOWN_STRATEGY', `there is no strategy '${id}'`, {
    next: 'See `authbench list strategies`.',
  })
}

function notStarted(): AuthbenchError {
  return new AuthbenchError('SERVER_NOT_STARTED', 'the server was asked for something before init', {
    next: 'Report this: runner and server do not agree.',
  })
}
