import type { FromGenerator, ToGenerator } from '../load/messages.ts'
import type { Generator } from '../ports.ts'
import { Child } from './child.ts'

const ENTRY = new URL('../load/main.ts', import.meta.url)
const START_LIMIT_MS = 20_000
const OPEN_LIMIT_MS = 10_000
/** Beyond the window: what the engine itself waits for late responses, and some. */
const SLICE_GRACE_MS = 5000

export async function startGeneratorProcess(core: number | null, signal: AbortSignal): Promise<Generator> {
  const child = new Child<ToGenerator, FromGenerator>(ENTRY, 'the load generator', signal)
  try {
    const { engine } = await child.receive('ready', START_LIMIT_MS)
    child.pin(core)
    return {
      engine,
      async open(key, target) {
        await child.request({ type: 'open', key, target }, 'opened', OPEN_LIMIT_MS)
      },
      async warmUp(keys, requests, limitMs) {
        const message = { type: 'warm up', keys, requests, limitMs } as const
        return (await child.request(message, 'warm', limitMs + SLICE_GRACE_MS)).responses
      },
      slice: (key, milliseconds) =>
        child.request({ type: 'slice', key, milliseconds }, 'slice', milliseconds + SLICE_GRACE_MS),
      stop: () => child.stop(),
    }
  } catch (error) {
    await child.stop()
    throw error
  }
}
