import { readFileSync } from 'node:fs'
import type { ProcessCpu } from '../../../src/results/cell.ts'

export interface ThreadTime {
  readonly onCpuUs: number
  /** Ready to run, and waiting for a processor. */
  readonly waitingUs: number
}

/**
 * `<ns on CPU> <ns runnable but waiting> <timeslices>` (Documentation/scheduler/sched-stats.rst). Null where the system has no schedstat,
 * or the thread is gone. The kernel brings the figure of a running thread up to date at its next tick, so it is exact only while it sleeps.
 */
export function readThread(pid: number, thread: number): ThreadTime | null {
  try {
    const [onCpu, waiting] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
    return { onCpuUs: Number(onCpu) / 1000, waitingUs: Number(waiting) / 1000 }
  } catch {
    return null
  }
}

export const hasSchedstat = (): boolean => readThread(process.pid, process.pid) !== null

export function cpuBetween(before: ProcessCpu, after: ProcessCpu): ProcessCpu {
  return {
    mainUs: after.mainUs - before.mainUs,
    otherUs: after.otherUs - before.otherUs,
    runQueueUs:
      before.runQueueUs === null || after.runQueueUs === null ? null : after.runQueueUs - before.runQueueUs,
    ...(after.lagUs === undefined ? {} : { lagUs: after.lagUs }),
    ...(after.contradictionUs === undefined ? {} : { contradictionUs: after.contradictionUs }),
  }
}
