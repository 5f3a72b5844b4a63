import { Child } from '../process/child.ts'

const ENTRY = new URL('./janitor-main.ts', import.meta.url)
const START_LIMIT_MS = 20_000

export interface ToJanitor {
  readonly type: 'watch'
  readonly url: string
  readonly prefix: string
}

export type FromJanitor = { readonly type: 'watching' }

/**
 * A process that removes what is under the prefix on the user's own Redis if this one is killed. A Redis of ours goes as a whole.
 * @returns ends it, once the keys were removed in order
 */
export async function watchKeys(
  url: string,
  prefix: string,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const child = new Child<ToJanitor, FromJanitor>(ENTRY, 'the process that tidies up Redis', signal)
  try {
    await child.request({ type: 'watch', url, prefix }, 'watching', START_LIMIT_MS)
    return () => child.stop()
  } catch (error) {
    await child.stop()
    // Whoever interrupts the run is told so elsewhere.
    if (signal.aborted) return async () => undefined
    throw error
  }
}
