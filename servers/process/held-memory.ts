import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The first one also lets go of code that ran only at the start; from the second on what is left stays within kilobytes. */
const COLLECTIONS = 2

/**
 * Bytes that this process holds on to, its garbage collected before. Not the resident memory: that keeps pages for garbage to come,
 * a third more than a hundred thousand sessions themselves.
 */
export function heldMemory(): number {
  // By flag and new context, because a process that had it from its start would not be the one that is measured elsewhere.
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  if (typeof collect !== 'function') throw new Error('the garbage of this process cannot be collected')
  for (let time = 0; time < COLLECTIONS; time++) collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
