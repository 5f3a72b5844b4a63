import { setTimeout as delay } from 'node:timers/promises'
import { cpuUs } from '../../src/metrics/cpu.ts'
import { type CpuCounter, cpuCounter } from '../machine/cpu-time/cpu-counter.ts'
import type { StoreMeter } from '../run/equipment.ts'
import type { RedisControl } from './connection.ts'
import { difference } from './usage.ts'

const usedUs = (counter: CpuCounter | null): number | null => {
  const cpu = counter?.read() ?? null
  return cpu === null ? null : cpuUs(cpu)
}

/**
 * A table that was doubled is still there twice until every entry has moved: one millisecond's worth in each round of housekeeping, ten of
 * which a second are the default. This often, a million entries take less than a second.
 */
const BUSY_HERTZ = 500
const USUAL_HERTZ = 10
const STEP_MS = 100
/** Long enough for the slowest table of ours: in the middle of a move nothing changes either. */
const QUIET_STEPS = 15
const MOST_STEPS = 50
/** What two readings at rest differ by, as a share: the reply to one, the memory of it. */
const AT_REST = 0.001

async function settledBytes(control: RedisControl, wait: (ms: number) => Promise<unknown>): Promise<number> {
  let bytes = (await control.snapshot()).memoryBytes
  let quiet = 0
  for (let step = 0; step < MOST_STEPS && quiet < QUIET_STEPS; step++) {
    await wait(STEP_MS)
    const next = (await control.snapshot()).memoryBytes
    quiet = Math.abs(next - bytes) <= AT_REST * bytes ? quiet + 1 : 0
    bytes = next
  }
  return bytes
}

/**
 * Commands and bytes from INFO. CPU time from schedstat, read inside of the two INFO, where the process is on this machine;
 * elsewhere Redis's own figure, which holds one INFO too. Of a cluster all of it is the sum over its masters.
 */
export function redisMeter(
  control: RedisControl,
  wait: (ms: number) => Promise<unknown> = delay,
): StoreMeter {
  const counter = control.isLocal ? cpuCounter(control.processIds) : null
  return {
    async measure() {
      const before = await control.snapshot()
      const cpuBefore = usedUs(counter)
      return async () => {
        const cpuAfter = usedUs(counter)
        const use = difference(before, await control.snapshot())
        return cpuBefore === null || cpuAfter === null ? use : { ...use, cpuUs: cpuAfter - cpuBefore }
      }
    },
    async memory() {
      await control.setHousekeeping(BUSY_HERTZ)
      try {
        return await settledBytes(control, wait)
      } finally {
        await control.setHousekeeping(USUAL_HERTZ)
      }
    },
    async clear(prefix) {
      await control.deletePrefix(prefix)
    },
  }
}
