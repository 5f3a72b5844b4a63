/** The authorization server, as a child process. Speaks `auth-server/messages.ts` over the channel to its parent. */

import { AuthbenchError, messageOf } from '../src/errors.ts'
import type { FromAuthServer, ToAuthServer } from './auth-server/messages.ts'
import { type RunningAuthServer, startAuthServer } from './auth-server/server.ts'

let starting: Promise<RunningAuthServer> | undefined

process.on('message', (message: ToAuthServer) => {
  handle(message).then(send, (error) => send(failure(error)))
})
// A terminal sends Ctrl-C to the whole group; when this server goes is the runner's decision.
process.on('SIGINT', () => {})
process.on('SIGTERM', stop)
process.on('disconnect', stop)

async function handle(message: ToAuthServer): Promise<FromAuthServer> {
  switch (message.type) {
    case 'init': {
      const { type: _, ...options } = message
      starting ??= startAuthServer({ ...options, now: Date.now })
      return { type: 'ready', address: (await starting).address }
    }
    case 'rotate keys':
      if (starting === undefined) throw misunderstood('it was asked for something before init')
      await (await starting).rotateKeys()
      return { type: 'rotated' }
    case 'usage': {
      const { user, system } = process.cpuUsage()
      return { type: 'usage', userUs: user, systemUs: system }
    }
    default:
      throw misunderstood('it got a message that it does not know')
  }
}

function send(message: FromAuthServer): void {
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

function failure(error: unknown): FromAuthServer {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'AUTH_SERVER_FAILED'
  return { type: 'failed', code, message: messageOf(error) }
}

function misunderstood(what: string): AuthbenchError {
  return new AuthbenchError('AUTH_SERVER_MISUNDERSTOOD', `the auth server: ${what}`, {
    next: 'Report this: runner and auth server do not agree.',
  })
}
