// In this folder: what can lie between two processes of a run, a distance or a link.

import type { ProcessCpu } from '../../src/results/cell.ts'
import { cpuCounter } from '../machine/cpu-time/cpu-counter.ts'
import { goFirst } from '../machine/priority.ts'
import { Child } from '../process/child.ts'
import { lostAs } from '../process/lost-child.ts'
import { checkOf, type ProxyCheck } from './held.ts'
import type { FromProxy, ToProxy } from './messages.ts'
import type { RelayOptions } from './relay.ts'

const ENTRY = new URL('./main.ts', import.meta.url)
const START_LIMIT_MS = 20_000
const ANSWER_LIMIT_MS = 5000

export type ProxyOptions = RelayOptions

export interface DelayProxy {
  readonly host: string
  readonly port: number
  readonly pid: number
  /**
   * The same process, warm, with another delay and rate, on another port. What is still open on this one stays until the next move.
   * @throws AuthbenchError PROXY_LOST
   */
  moved(options: ProxyOptions): Promise<DelayProxy>
  readCpu(): Promise<ProcessCpu>
  /**
   * Whether it held delay and rate since it was asked last: ask at both ends of a window.
   * @throws AuthbenchError PROXY_LOST
   */
  check(): Promise<ProxyCheck>
  isDisplaced(): boolean
  stop(): Promise<void>
}

/** What went through a proxy that died or hangs says nothing about the server behind it. */
const lost = lostAs(
  'PROXY_LOST',
  'The cells measured through it are marked failed and the run goes on; if it happens again, use fewer --connections.',
)

/**
 * A distance or a link in front of an address.
 * @throws AuthbenchError PROXY_LOST, or the proxy's own code; no process is left then.
 */
export async function startProxy(
  options: ProxyOptions,
  core: number | null,
  signal: AbortSignal,
): Promise<DelayProxy> {
  const child = new Child<ToProxy, FromProxy>(ENTRY, 'the delay proxy', signal)
  try {
    // A wire does not queue for a processor.
    goFirst(child.pid)
    const listen = async (to: ProxyOptions) =>
      (await lost(child.request({ type: 'listen', ...to }, 'listening', START_LIMIT_MS))).port
    const port = await listen(options)
    child.pin(core)
    const counter = cpuCounter([child.pid])
    let waitedUs = counter.read()?.runQueueUs ?? null
    const waitedSince = (beforeUs: number | null) => {
      waitedUs = child.gone ? null : (counter.read()?.runQueueUs ?? null)
      return waitedUs === null || beforeUs === null ? null : waitedUs - beforeUs
    }
    const on = (port: number, asked: ProxyOptions): DelayProxy => ({
      host: '127.0.0.1',
      port,
      pid: child.pid,
      moved: async (other) => on(await listen(other), other),
      async readCpu() {
        const cpu = child.gone ? null : counter.read()
        if (cpu !== null) return cpu
        const { userUs, systemUs } = await lost(child.request({ type: 'usage' }, 'usage', ANSWER_LIMIT_MS))
        return { mainUs: userUs + systemUs, otherUs: 0, runQueueUs: null }
      },
      async check() {
        const { seen } = await lost(child.request({ type: 'check' }, 'checked', ANSWER_LIMIT_MS))
        return checkOf(asked, seen, waitedSince(waitedUs))
      },
      isDisplaced: () => child.displaced,
      stop: () => child.stop(),
    })
    return on(port, options)
  } catch (error) {
    await child.stop()
    throw error
  }
}
