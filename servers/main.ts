/** One server under test, as a child process. Speaks `messages.ts` over the channel to its parent. */

import { rmSync } from 'node:fs'
import { AuthbenchError } from '../src/results/errors.ts'
import type { AuthStrategy } from './contract.ts'
import type { FromServer, ToServer } from './messages.ts'
import { allocationCounter } from './process/allocated-memory.ts'
import { serveParent } from './process/parent-link.ts'
import { isStrategyId, STRATEGIES } from './registry.ts'
import { type RunningServer, type ServerOptions, startServer } from './server.ts'
import { loadStrategy } from './user-files/own-strategy.ts'

let starting: Promise<RunningServer> | undefined
let folder: string | undefined
/** Null: it goes. */
let clockStoppedAt: number | null = null
const readAllocated = allocationCounter()

serveParent<ToServer, FromServer>(handle, close, 'SERVER_FAILED')

async function close(): Promise<void> {
  try {
    // The parent removes it too, unless it was killed. Now, because what follows may hang.
    if (folder !== undefined && folder !== '') rmSync(folder, { recursive: true, force: true })
  } catch {
    // A file that is open cannot be removed everywhere.
  }
  await (await starting)?.close()
}

async function handle(message: ToServer): Promise<FromServer> {
  switch (message.type) {
    case 'init': {
      const { strategy: id, file, ...options } = message
      folder ??= options.folder
      starting ??= start(file === undefined ? known(id) : await loadStrategy(file), options)
      const { port, tls } = await starting
      return { type: 'ready', port, ...(tls ? { tls } : {}) }
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
    case 'enter': {
      await (await running()).enter(message.world)
      return { type: 'entered' }
    }
    case 'store':
      return { type: 'stored', bytes: await (await running()).storeBytes() }
    case 'usage': {
      const { user, system } = process.cpuUsage()
      const allocatedBytes = readAllocated()
      const cache = (await starting)?.cacheUse() ?? null
      return { type: 'usage', userUs: user, systemUs: system, allocatedBytes, cache }
    }
    case 'stop-clock':
      clockStoppedAt = message.at
      return { type: 'clock-stopped' }
    default:
      throw new AuthbenchError('UNKNOWN_MESSAGE', 'the server got a message that it does not know', {
        next: 'Report this: runner and server do not agree.',
      })
  }
}

function start(strategy: AuthStrategy, options: Omit<ServerOptions, 'now'>): Promise<RunningServer> {
  return startServer(strategy, { ...options, now: () => clockStoppedAt ?? Date.now() })
}

function known(id: string): AuthStrategy {
  if (!isStrategyId(id)) throw unknownStrategy(id)
  return STRATEGIES[id]
}

function running(): Promise<RunningServer> {
  if (starting === undefined) throw notStarted()
  return starting
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
