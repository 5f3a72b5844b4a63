import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** Low enough for a process that sleeps to get the core when it wakes, high enough not to starve beside others. */
const NICE = 10

const attempt = (work: () => void): void => {
  try {
    work()
  } catch {
    // Not this system's, or not ours to change: then the processes share the core as equals.
  }
}

/**
 * Lets others on the same core go first. Where the kernel groups processes by session, as desktop kernels do, a process's own nice
 * value counts inside its group only, and the group's has to be lowered (man 7 sched, "The autogroup feature").
 */
export function yieldToOthers(pid: number): void {
  attempt(() => setPriority(pid, NICE))
  attempt(() => writeFileSync(`/proc/${pid}/autogroup`, String(NICE)))
}
