import { readFileSync } from 'node:fs'
import { numbersIn } from '../system-files.ts'
import { US_PER_TICK } from './machine-time.ts'

/** What /proc/PID/stat says of a process (proc(5)). */
export interface ProcessStat {
  readonly pid: number
  /** Of the program, never its arguments; what does not print is a question mark. */
  readonly name: string
  readonly parent: number
  readonly session: number
  /** Ticks since boot. With the pid it names one process for good. */
  readonly startedAt: number
  /** User and system time of all threads, ended ones included, and of children that ended and were waited for. Each in whole ticks. */
  readonly countersUs: readonly number[]
}

/**
 * Servers and the workers that they started: descendants in the session of their server. Who starts services for others, as systemd does,
 * gives each a session of its own. authbench itself may have been started by the server.
 * @returns servers that are gone are missing
 */
export function familyOf(servers: readonly number[]): readonly ProcessStat[] {
  const family = servers.flatMap(readProcess)
  const known = new Set(family.map(({ pid }) => pid)).add(process.pid)
  const childrenOf = childReader()
  // Grows while it is walked.
  for (const { pid, session } of family) {
    for (const child of childrenOf(pid)) {
      if (child.session !== session || known.has(child.pid)) continue
      known.add(child.pid)
      family.push(child)
    }
  }
  return family
}

/** Without those that another of them started: workers that hold the socket too may be replaced like any other. */
export const mastersAmong = (servers: readonly number[]): readonly number[] =>
  servers.filter((pid) => {
    const others = familyOf(servers.filter((other) => other !== pid))
    return !others.some((process) => process.pid === pid)
  })

export const threadsOf = (pid: number): readonly number[] => numbersIn(`/proc/${pid}/task`)

/** Kernels without CONFIG_PROC_CHILDREN have all processes looked through. */
function childReader(): (pid: number) => readonly ProcessStat[] {
  let all: readonly ProcessStat[] | null = null
  return (pid) => {
    try {
      return threadsOf(pid).flatMap((thread) =>
        readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
          .split(' ')
          .filter((child) => child !== '')
          .flatMap((child) => readProcess(Number(child))),
      )
    } catch {
      all ??= numbersIn('/proc').flatMap(readProcess)
      return all.filter(({ parent }) => parent === pid)
    }
  }
}

/** The name of the program stands in parentheses and may hold any character; the third field and those after it follow. */
export function readProcess(pid: number): ProcessStat[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const field = (number: number) => Number(fields[number - 3])
    const countersUs = [14, 15, 16, 17].map((number) => field(number) * US_PER_TICK)
    const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')).replaceAll(/[^\x20-\x7e]/g, '?')
    return [{ pid, name, parent: field(4), session: field(6), startedAt: field(22), countersUs }]
  } catch {
    return []
  }
}
