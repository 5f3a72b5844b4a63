import { readSchedstat } from '../machine/schedstat.ts'
import type { StoreMeter } from '../ports.ts'
import type { RedisControl } from './connection.ts'
import { difference } from './usage.ts'

const totalUs = (pid: number): number | null => {
  const cpu = readSchedstat(pid)
  return cpu === null ? null : cpu.mainUs + cpu.otherUs
}

/**
 * Commands and bytes from INFO. CPU time from schedstat, read inside of the two INFO, where the process is on this machine;
 * elsewhere Redis's own figure, which holds one INFO too.
 */
export function redisMeter(control: RedisControl): StoreMeter {
  return {
    async measure() {
      const before = await control.snapshot()
      const cpuBefore = control.isLocal ? totalUs(control.processId) : null
      return async () => {
        const cpuAfter = control.isLocal ? totalUs(control.processId) : null
        const use = difference(before, await control.snapshot())
        return cpuBefore === null || cpuAfter === null ? use : { ...use, cpuUs: cpuAfter - cpuBefore }
      }
    },
    memory: async () => (await control.snapshot()).memoryBytes,
    async clear(prefix) {
      await control.deletePrefix(prefix)
    },
  }
}
