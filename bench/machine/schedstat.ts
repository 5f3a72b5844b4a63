import { readdirSync, readFileSync } from 'node:fs'
import type { ProcessCpu } from '../../src/cell.ts'

/** `<ns on CPU> <ns runnable but waiting> <timeslices>` (Documentation/scheduler/sched-stats.rst, /proc/<pid>/schedstat). */
function parse(text: string): { readonly onCpuNs: number; readonly waitingNs: number } {
  const [onCpu, waiting] = text.split(' ')
  return { onCpuNs: Number(onCpu), waitingNs: Number(waiting) }
}

/**
 * CPU time of a process since its start, all threads. Null where the system has no schedstat, or the process is gone.
 * The kernel brings the figure of a running thread up to date at its next tick, so it is exact only while the process
 * sleeps: read it between slices.
 */
export function readSchedstat(pid: number): ProcessCpu | null {
  try {
    let mainNs = 0
    let otherNs = 0
    let waitingNs = 0
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const { onCpuNs, waitingNs: waiting } = parse(
        readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'),
      )
      if (Number(thread) === pid) mainNs = onCpuNs
      else otherNs += onCpuNs
      waitingNs += waiting
    }
    return { mainUs: mainNs / 1000, otherUs: otherNs / 1000, runQueueUs: waitingNs / 1000 }
  } catch {
    return null
  }
}

export const hasSchedstat = (): boolean => readSchedstat(process.pid) !== null

export function cpuBetween(before: ProcessCpu, after: ProcessCpu): ProcessCpu {
  return {
    mainUs: after.mainUs - before.mainUs,
    otherUs: after.otherUs - before.otherUs,
    runQueueUs:
      before.runQueueUs === null || after.runQueueUs === null ? null : after.runQueueUs - before.runQueueUs,
  }
}

/**
 * CPU time of the calling process; run-queue delay from schedstat where there is one. The caller runs while it asks, so that the figure is
 * up to a scheduler tick old.
 */
export function readOwnCpu(): ProcessCpu {
  const thread = process.threadCpuUsage()
  const whole = process.cpuUsage()
  const mainUs = thread.user + thread.system
  return {
    mainUs,
    otherUs: Math.max(0, whole.user + whole.system - mainUs),
    runQueueUs: readSchedstat(process.pid)?.runQueueUs ?? null,
  }
}
