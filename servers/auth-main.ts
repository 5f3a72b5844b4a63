/** The authorization server, as a child process. Speaks `auth-server/messages.ts` over the channel to its parent. */

import { AuthbenchError } from '../src/results/errors.ts'
import type { FromAuthServer, ToAuthServer } from './auth-server/messages.ts'
import { type RunningAuthServer, startAuthServer } from './auth-server/server.ts'
import { serveParent } from './process/parent-link.ts'

let starting: Promise<RunningAuthServer> | undefined

serveParent<ToAuthServer, FromAuthServer>(handle, async () => (await starting)?.close(), 'AUTH_SERVER_FAILED')

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
    case 'enter':
      if (starting === undefined) throw misunderstood('it was sent into a world before init')
      await (await starting).enter(message.world)
      return { type: 'entered' }
    case 'usage': {
      const { user, system } = process.cpuUsage()
      return { type: 'usage', userUs: user, systemUs: system }
    }
    default:
      throw misunderstood('it got a message that it does not know')
  }
}

function misunderstood(what: string): AuthbenchError {
  return new AuthbenchError('AUTH_SERVER_MISUNDERSTOOD', `the auth server: ${what}`, {
    next: 'Report this: runner and auth server do not agree.',
  })
}
