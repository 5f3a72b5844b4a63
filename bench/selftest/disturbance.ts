import { readFileSync } from 'node:fs'
import { type MachineTime, machineTimeBetween, readMachineTime } from '../machine/cpu-time/machine-time.ts'

/** What others had of the machine meanwhile, as shares of all processors. */
export interface Disturbance {
  /** Taken by the hypervisor. */
  readonly steal: number
  /** Used by processes that are not ours. */
  readonly foreign: number
}

/** Beyond these a figure that depends on time may be the machine's fault. */
const LIMITS: Disturbance = { steal: 0.01, foreign: 0.1 }
/** USER_HZ (man 5 proc). */
const US_PER_TICK = 10_000
/** utime, stime, cutime and cstime, counted from the field after the name (man 5 proc_pid_stat). */
const TIMES = [11, 15] as const

export const isDisturbed = ({ steal, foreign }: Disturbance): boolean =>
  steal > LIMITS.steal || foreign > LIMITS.foreign

/** CPU time of this process and of those of its children that have ended. Null where the system does not show it. */
export function ownTimeOf(stat: string): number {
  // The name may contain spaces and brackets; the last bracket ends it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(...TIMES).reduce((sum, ticks) => sum + Number(ticks), 0) * US_PER_TICK
}

export interface MachineReading {
  readonly machine: MachineTime | null
  readonly ownUs: number | null
}

export function readMachine(): MachineReading {
  try {
    return { machine: readMachineTime(), ownUs: ownTimeOf(readFileSync('/proc/self/stat', 'utf8')) }
  } catch {
    return { machine: null, ownUs: null }
  }
}

/** Between two readings with no child of ours alive at either. Null where the system does not show it. */
export function disturbanceBetween(before: MachineReading, after: MachineReading): Disturbance | null {
  const machine = machineTimeBetween(before.machine, after.machine)
  if (machine === null || machine.totalUs === 0 || before.ownUs === null || after.ownUs === null) return null
  const { totalUs, busyUs, stealUs } = machine
  return {
    steal: stealUs / totalUs,
    foreign: Math.max(0, busyUs - stealUs - (after.ownUs - before.ownUs)) / totalUs,
  }
}
