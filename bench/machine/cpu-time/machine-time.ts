import { readFileSync } from 'node:fs'

export interface MachineTime {
  readonly totalUs: number
  readonly busyUs: number
  readonly stealUs: number
}

/** USER_HZ is 100 on every platform that Node runs on (man 5 proc). */
export const US_PER_TICK = 10_000

/** All processors together since boot (man 5 proc, /proc/stat). Null where there is none. */
export function readMachineTime(): MachineTime | null {
  try {
    const line = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? ''
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
      .trim()
      .split(/\s+/)
      .slice(1)
      .map(Number)
    const busy = user + nice + system + irq + softirq + steal
    return {
      totalUs: (busy + idle + iowait) * US_PER_TICK,
      busyUs: busy * US_PER_TICK,
      stealUs: steal * US_PER_TICK,
    }
  } catch {
    return null
  }
}

export function machineTimeBetween(
  before: MachineTime | null,
  after: MachineTime | null,
): MachineTime | null {
  if (before === null || after === null) return null
  return {
    totalUs: after.totalUs - before.totalUs,
    busyUs: after.busyUs - before.busyUs,
    stealUs: after.stealUs - before.stealUs,
  }
}
