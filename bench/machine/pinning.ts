import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Environment } from '../../src/results.ts'

export type Pinning = Environment['pinning']

/** `0-3,8` of Cpus_allowed_list to [0, 1, 2, 3, 8]. */
export function parseCpuList(list: string): number[] {
  return list
    .trim()
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    })
}

/** The processors that this process may use, which in a container need not begin at 0. */
function allowedCpus(): number[] {
  try {
    const status = readFileSync('/proc/self/status', 'utf8')
    return parseCpuList(/^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? '')
  } catch {
    return []
  }
}

/** Server, Redis and generator on cores of their own; on two cores Redis shares the generator's. */
export function planPinning(cpus: readonly number[], hasTaskset: boolean): Pinning {
  const [first, second, third] = cpus
  const none = { server: null, redis: null, generator: null }
  if (!hasTaskset)
    return {
      ...none,
      sentence: 'Not pinned: this system has no taskset, so the scheduler moves processes at will.',
    }
  if (first === undefined || second === undefined) {
    return { ...none, sentence: 'Not pinned: with one core, server, Redis and generator take turns on it.' }
  }
  if (cpus.length < 4 || third === undefined) {
    return {
      server: first,
      redis: second,
      generator: second,
      sentence: `Server on core ${first}; Redis and generator share core ${second}.`,
    }
  }
  return {
    server: first,
    redis: second,
    generator: third,
    sentence: `Server on core ${first}, Redis on core ${second}, generator on core ${third}.`,
  }
}

export function detectPinning(): Pinning {
  const hasTaskset = process.platform === 'linux' && spawnSync('taskset', ['--version']).status === 0
  return planPinning(allowedCpus(), hasTaskset)
}

/** Every thread of a process that is up; threads that start later inherit it. */
export function pinProcess(pid: number, core: number | null): void {
  if (core !== null) spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)])
}
