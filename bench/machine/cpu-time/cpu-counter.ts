// In this folder: CPU time of threads, of processes with their children, and of the whole machine, from /proc.

import type { ProcessCpu } from '../../../src/results/cell.ts'
import { US_PER_TICK } from './machine-time.ts'
import { familyOf, readProcess, threadsOf } from './process-family.ts'
import { readThread, type ThreadTime } from './thread-time.ts'

/** Processes at one moment. */
export interface CpuSnapshot {
  /** Of threads that live, to the nanosecond; by process, its start and thread. */
  readonly threads: ReadonlyMap<string, ThreadTime & { readonly isMain: boolean }>
  /** The kernel's sum over the whole lives of the processes, in whole ticks: it keeps threads and children that ended. */
  readonly wholeUs: number
  /** How many tick counters are in the sum. */
  readonly counters: number
}

interface Tally {
  readonly mainUs: number
  readonly otherUs: number
  readonly waitingUs: number
}

export interface CpuState {
  readonly threads: CpuSnapshot['threads']
  /** Of threads that ended, as far as they were seen. */
  readonly seen: Tally
  /** Of threads and children that ended unseen. */
  readonly unseenUs: number
  /** What the whole says beyond the parts for no reason but rounding. */
  readonly offsetUs: number
}

/** Files of one process are not read at one moment. */
const READING_US = 2000

/** Two readings differ by at most one tick in each counter for no reason but rounding. */
const resolutionUs = ({ counters }: CpuSnapshot): number => counters * US_PER_TICK + READING_US

/**
 * The next reading of a counter that never goes down. Time of living threads is exact. A thread that ended keeps what it had when it was
 * last seen. What ended unseen shows as a growing gap between the kernel's whole and these parts; it is taken over once it is more than
 * rounding can be. So the sum lags by at most `resolutionUs`, and for processes whose threads all live it is exact.
 *
 * A whole that is less than its parts is a contradiction: a worker that went without its parent, or a kernel that counts otherwise.
 */
export function advance(
  before: CpuState | null,
  now: CpuSnapshot,
): { readonly state: CpuState; readonly cpu: ProcessCpu } {
  const living = tallyOf(now.threads.values())
  const ended = tallyOf(before === null ? [] : endedSince(before.threads, now.threads))
  const seen = before === null ? ended : plus(before.seen, ended)
  const gapUs = now.wholeUs - living.mainUs - living.otherUs - seen.mainUs - seen.otherUs
  const offsetUs = before?.offsetUs ?? gapUs
  const unseenUs = before?.unseenUs ?? 0
  const growthUs = gapUs - offsetUs - unseenUs
  const resolution = resolutionUs(now)
  const grew = growthUs > resolution
  const contradicts = growthUs < -resolution
  const state = {
    threads: now.threads,
    seen,
    unseenUs: grew ? unseenUs + growthUs : unseenUs,
    // Counted from here on anew, so that one contradiction spoils one window.
    offsetUs: contradicts ? offsetUs + growthUs : offsetUs,
  }
  const sum = plus(living, seen)
  return {
    state,
    cpu: {
      mainUs: sum.mainUs,
      otherUs: sum.otherUs + state.unseenUs,
      runQueueUs: sum.waitingUs,
      ...(state.unseenUs > 0 ? { lagUs: resolution } : {}),
      ...(contradicts ? { contradictionUs: -growthUs } : {}),
    },
  }
}

/** A thread whose time went down is another one with the same number. */
function endedSince(before: CpuSnapshot['threads'], now: CpuSnapshot['threads']) {
  return [...before].flatMap(([key, thread]) => {
    const same = now.get(key)
    return same !== undefined && same.onCpuUs >= thread.onCpuUs ? [] : [thread]
  })
}

function tallyOf(threads: Iterable<ThreadTime & { readonly isMain: boolean }>): Tally {
  let [mainUs, otherUs, waitingUs] = [0, 0, 0]
  for (const thread of threads) {
    if (thread.isMain) mainUs += thread.onCpuUs
    else otherUs += thread.onCpuUs
    waitingUs += thread.waitingUs
  }
  return { mainUs, otherUs, waitingUs }
}

const plus = (one: Tally, other: Tally): Tally => ({
  mainUs: one.mainUs + other.mainUs,
  otherUs: one.otherUs + other.otherUs,
  waitingUs: one.waitingUs + other.waitingUs,
})

export interface CpuCounter {
  /** Null where the system does not show it, or one of the servers is gone. */
  read(): ProcessCpu | null
  /** How many processes there are now, the servers themselves among them. */
  processes(): number
}

/** A worker that ends while it is read leaves its time to its parent: everything is read again. */
const TRIES = 3

/**
 * CPU time of servers and of the workers that they started, what has ended included: threads, and children that were waited for. Read it
 * while they rest: the kernel brings the figure of a running thread up to date at its next tick only.
 */
export function cpuCounter(servers: readonly number[]): CpuCounter {
  const starts = startsOf(servers)
  const isWhole = starts.length === servers.length && servers.length > 0
  let state: CpuState | null = null
  const read = (): ProcessCpu | null => {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (!isWhole || startsOf(servers).join() !== starts.join()) return null
      const snapshot = readSnapshot(servers)
      if (snapshot === null) continue
      const next = advance(state, snapshot)
      state = next.state
      return next.cpu
    }
    return null
  }
  // What ends from now on is counted.
  read()
  return { read, processes: () => familyOf(servers).length }
}

/** Tells whether the numbers are still those of the same processes. */
const startsOf = (servers: readonly number[]): readonly number[] =>
  servers.flatMap(readProcess).map(({ startedAt }) => startedAt)

/** Null where one of the processes went meanwhile, or none is shown. */
function readSnapshot(servers: readonly number[]): CpuSnapshot | null {
  const threads = new Map<string, ThreadTime & { readonly isMain: boolean }>()
  let wholeUs = 0
  let counters = 0
  for (const { pid, startedAt, countersUs } of familyOf(servers)) {
    const own = threadsOf(pid)
    for (const thread of own) {
      const time = readThread(pid, thread)
      // Those that end meanwhile are in the next reading's whole.
      const isMain = thread === pid && servers.includes(pid)
      if (time !== null) threads.set(`${pid}:${startedAt}:${thread}`, { ...time, isMain })
    }
    if (own.length === 0) return null
    for (const counter of countersUs) {
      wholeUs += counter
      if (counter > 0) counters += 1
    }
  }
  return threads.size === 0 ? null : { threads, wholeUs, counters }
}
