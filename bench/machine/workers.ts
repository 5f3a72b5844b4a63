import { readdirSync, readFileSync } from 'node:fs'
import type { ProcessCpu } from '../../src/cell.ts'
import { US_PER_TICK } from './proc-stat.ts'
import { readSchedstat } from './schedstat.ts'

/** A worker that ends while it is read leaves its time to its parent: everything is read again. */
const TRIES = 3

interface Process {
  readonly pid: number
  readonly parent: number
  readonly session: number
  /** CPU time of its children that ended and were waited for, in steps of a tick. */
  readonly endedUs: number
}

/**
 * CPU time of servers and of the workers that they started, those that have ended included: masters that only accept connections, or only
 * wait, leave the work to them. Looks anew who is there, as workers are replaced. Null where it is not shown, or one of the servers is gone.
 */
export function readCpuWithWorkers(servers: readonly number[]): ProcessCpu | null {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const family = withWorkers(servers)
    if (!servers.every((pid) => family.some((process) => process.pid === pid))) return null
    const cpu = sumOf(family)
    if (cpu !== null) return cpu
  }
  return null
}

/** Without those that another of them started: workers that hold the socket too may be replaced like any other. */
export const mastersAmong = (servers: readonly number[]): readonly number[] =>
  servers.filter((pid) => {
    const others = withWorkers(servers.filter((other) => other !== pid))
    return !others.some((process) => process.pid === pid)
  })

/** How many processes there are, the servers themselves among them. */
export const countWithWorkers = (servers: readonly number[]): number => withWorkers(servers).length

/**
 * Descendants in the session of their server. Who starts services for others, as systemd does and holds their sockets, gives each a
 * session of its own. authbench itself may have been started by the server.
 */
function withWorkers(servers: readonly number[]): readonly Process[] {
  const all = readProcesses()
  const family = all.filter(({ pid }) => servers.includes(pid))
  const known = new Set(family.map(({ pid }) => pid)).add(process.pid)
  // Grows while it is walked.
  for (const { pid, session } of family) {
    for (const child of all) {
      if (child.parent !== pid || child.session !== session || known.has(child.pid)) continue
      known.add(child.pid)
      family.push(child)
    }
  }
  return family
}

function readProcesses(): readonly Process[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readProcess(Number(name)))
  } catch {
    return []
  }
}

/** proc(5): the name of the program in parentheses, which may hold any character, then the third field and those after it. */
function readProcess(pid: number): readonly Process[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const field = (number: number) => Number(fields[number - 3])
    return [{ pid, parent: field(4), session: field(6), endedUs: (field(16) + field(17)) * US_PER_TICK }]
  } catch {
    return []
  }
}

/** Null where one of the processes is gone, or none is shown. */
function sumOf(family: readonly Process[]): ProcessCpu | null {
  let sum: ProcessCpu | null = null
  for (const { pid, endedUs } of family) {
    const part = readSchedstat(pid)
    if (part === null) return null
    sum ??= { mainUs: 0, otherUs: 0, runQueueUs: 0 }
    sum = {
      mainUs: sum.mainUs + part.mainUs,
      otherUs: sum.otherUs + part.otherUs + endedUs,
      runQueueUs:
        sum.runQueueUs === null || part.runQueueUs === null ? null : sum.runQueueUs + part.runQueueUs,
    }
  }
  return sum
}
