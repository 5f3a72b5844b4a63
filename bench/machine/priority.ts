import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** Low enough for a process that sleeps to get the core when it wakes, high enough not to starve beside others. */
const NICE = 10
/** High enough to be let in when it wakes; only a privileged process gets it. */
const FIRST = -10

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
  setNice(pid, NICE)
}

/** Lets a process that sleeps nearly always, and that others wait for, go before what it shares a core with. Its later threads inherit it. */
export function goFirst(pid: number): void {
  setNice(pid, FIRST)
}

function setNice(pid: number, nice: number): void {
  attempt(() => setPriority(pid, nice))
  attempt(() => writeFileSync(`/proc/${pid}/autogroup`, String(nice)))
}
