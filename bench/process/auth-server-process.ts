import type { FromAuthServer, ToAuthServer } from '../../servers/auth-server/messages.ts'
import type { AuthServerWorld } from '../../servers/auth-server/server.ts'
import type { AuthServerAddress } from '../../servers/contract.ts'
import type { ProcessCpu } from '../../src/results/cell.ts'
import { cpuCounter } from '../machine/cpu-time/cpu-counter.ts'
import { Child } from './child.ts'

/** Many servers start at once, on what may be two slow cores. */
const START_LIMIT_MS = 20_000
const USAGE_LIMIT_MS = 3000
/** Its connection to Redis is made anew, over a long way. */
const ENTER_LIMIT_MS = 15_000

export interface AuthServerProcess {
  readonly pid: number
  readonly address: AuthServerAddress
  enter(world: AuthServerWorld): Promise<void>
  readCpu(): Promise<ProcessCpu>
  assertAlive(): Promise<void>
  pin(): void
  stop(): Promise<void>
}

/**
 * The auth server beside one server under test.
 * @throws AuthbenchError with the auth server's own code, CHILD_DIED or CHILD_SILENT; no process is left then.
 */
export async function startAuthServerProcess(
  init: Omit<Extract<ToAuthServer, { type: 'init' }>, 'type'>,
  entry: URL,
  core: number | null,
  label: string,
  signal: AbortSignal,
): Promise<AuthServerProcess> {
  const child = new Child<ToAuthServer, FromAuthServer>(entry, label, signal)
  const usage = () => child.request({ type: 'usage' }, 'usage', USAGE_LIMIT_MS)
  try {
    const { address } = await child.request({ type: 'init', ...init }, 'ready', START_LIMIT_MS)
    const counter = cpuCounter([child.pid])
    return {
      pid: child.pid,
      address,
      async enter(world) {
        await child.request({ type: 'enter', world }, 'entered', ENTER_LIMIT_MS)
      },
      async readCpu() {
        const cpu = child.gone ? null : counter.read()
        if (cpu !== null) return cpu
        const { userUs, systemUs } = await usage()
        return { mainUs: userUs + systemUs, otherUs: 0, runQueueUs: null }
      },
      async assertAlive() {
        await usage()
      },
      pin: () => child.pin(core),
      stop: () => child.stop(),
    }
  } catch (error) {
    await child.stop()
    throw error
  }
}
