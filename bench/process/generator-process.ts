import { addedByLink, type Window } from '../load/engine.ts'
import { type FromGenerator, packed, type ToGenerator } from '../load/messages.ts'
import { yieldToOthers } from '../machine/priority.ts'
import type { Generator } from '../run/equipment.ts'
import { Child } from './child.ts'
import { lostAs } from './lost-child.ts'

const ENTRY = new URL('../load/main.ts', import.meta.url)
const START_LIMIT_MS = 20_000
/** As many as the usual run has; with more of them each still gets its share of the time. */
const SERVERS_IN_LIMIT = 9
const OPEN_LIMIT_MS = 10_000
/** Beyond the window: what the engine itself waits for late responses, and some. */
const SLICE_GRACE_MS = 5000
/** The longest that a window is announced ahead. */
const START_LEAD_MS = 1000

/**
 * A generator that died or hangs is no server's failure. Its late answers would be taken for another server's, so that nothing
 * more is asked of it.
 */
const lost = lostAs('GENERATOR_LOST', 'Run again; if it happens again, use fewer --connections.')

export interface GeneratorProcess extends Generator {
  /** A window that begins at a moment of this machine's monotonic clock. Rejects with `AGENT_LATE` where that is over. */
  sliceAt(key: string, window: Window, startAtUs: number): Promise<Extract<FromGenerator, { type: 'slice' }>>
}

/** @param sharesCore with Redis or an auth server: a paced client, which never sleeps, then has to let them go first */
export async function startGeneratorProcess(
  core: number | null,
  sharesCore: boolean,
  signal: AbortSignal,
): Promise<GeneratorProcess> {
  const child = new Child<ToGenerator, FromGenerator>(ENTRY, 'the load generator', signal)
  try {
    await lost(child.receive('ready', START_LIMIT_MS))
    child.pin(core)
    return {
      async open(key, engine, target) {
        if (engine === 'paced' && sharesCore) yieldToOthers(child.pid)
        const message = { type: 'open', key, engine, target: packed(target) } as const
        await lost(child.request(message, 'opened', OPEN_LIMIT_MS + addedByLink(target)))
      },
      async warmUp(lanes, requests, limitOfSomeMs) {
        const limitMs = limitOfSomeMs * Math.ceil(lanes.length / SERVERS_IN_LIMIT)
        const message = { type: 'warm up', lanes, requests, limitMs } as const
        return (await lost(child.request(message, 'warm', limitMs + SLICE_GRACE_MS))).lanes
      },
      async refresh(key, all) {
        return (await lost(child.request({ type: 'refresh', key, all }, 'refreshed', SLICE_GRACE_MS))).closed
      },
      slice: (key, window) =>
        lost(child.request({ type: 'slice', key, window }, 'slice', window.milliseconds + SLICE_GRACE_MS)),
      sliceAt: (key, window, startAtUs) =>
        lost(
          child.request(
            { type: 'slice', key, window, startAtUs },
            'slice',
            START_LEAD_MS + window.milliseconds + SLICE_GRACE_MS,
          ),
        ),
      isDisplaced: () => child.displaced,
      stop: () => child.stop(),
    }
  } catch (error) {
    await child.stop()
    throw error
  }
}
