import type { ProcessCpu } from '../../../src/results/cell.ts'
import { cpuCounter } from './cpu-counter.ts'

const counter = cpuCounter([process.pid])

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
    runQueueUs: counter.read()?.runQueueUs ?? null,
  }
}
