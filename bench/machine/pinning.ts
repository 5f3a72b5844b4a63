// In this folder: what the system shows and allows, such as cores, quotas, priorities and listeners. CPU time is in `cpu-time/`.

import { spawnSync } from 'node:child_process'
import type { Environment } from '../../src/results/results.ts'
import { formatCores } from '../../src/units.ts'
import { ownCpuGroups } from './cgroups.ts'
import { childEnvironment } from './child-environment.ts'
import { narrowestQuota } from './quota.ts'
import { type Files, systemFiles } from './system-files.ts'

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

/** The processors that this process may use, which in a container need not begin at 0. Null where the system does not tell. */
export const allowedCpuList = (files: Files, pid: number | 'self' = 'self'): string | null =>
  /^Cpus_allowed_list:\s*(\S+)\s*$/m.exec(files.read(`/proc/${pid}/status`) ?? '')?.[1] ?? null

export const canPinTo = (cpu: number): boolean =>
  spawnSync('taskset', ['--cpu-list', String(cpu), 'true'], { stdio: 'ignore', env: childEnvironment() })
    .status === 0

/** The processors of the same physical core; null where the system does not tell. */
export const siblingsOf = (cpu: number, files: Files = systemFiles): string | null =>
  files.read(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`)?.trim() ?? null

/** One processor of each physical core first, then their siblings: two threads of one core slow each other down. */
function distinctCoresFirst(
  cpus: readonly number[],
  siblings: (cpu: number) => string | null,
): { readonly ordered: readonly number[]; readonly distinct: number } {
  const cores = Map.groupBy(cpus, (cpu) => siblings(cpu) ?? String(cpu))
  const firsts = [...cores.values()].flatMap(([cpu]) => cpu ?? [])
  return { ordered: [...firsts, ...cpus.filter((cpu) => !firsts.includes(cpu))], distinct: firsts.length }
}

export interface Placement {
  readonly cpus: readonly number[]
  /** What `taskset` answers when it is asked to pin. */
  readonly canPin: boolean
  readonly siblings: (cpu: number) => string | null
  /** CPU quota of the container, in cores; null: none. */
  readonly quota: number | null
  /** Null: no strategy of the run needs Redis, or it runs where the harness cannot move it. */
  readonly redis: 'own' | 'given' | null
}

/**
 * Server, Redis and generator on cores of their own; on two cores Redis shares the generator's. No more cores than the quota pays for: it
 * would stop the processes on them in the middle of every period.
 */
export function planPinning({ cpus, canPin, siblings, quota, redis }: Placement): Pinning {
  const { ordered, distinct } = distinctCoresFirst(cpus, siblings)
  const paid = quota === null ? cpus.length : Math.min(cpus.length, Math.floor(quota))
  const [first, second, third] = ordered
  const none = { server: null, redis: null, generator: null }
  if (!canPin) {
    return {
      ...none,
      sentence:
        'Not pinned: this system does not let a program choose its cores, so the scheduler moves processes at will.',
    }
  }
  if (first === undefined) {
    return { ...none, sentence: 'Not pinned: the system does not tell which cores may be used.' }
  }
  if (paid < 2 && cpus.length > 1 && quota !== null) {
    return {
      ...none,
      sentence: `Not pinned: there are ${cpus.length} cores, but the CPU quota of ${formatCores(quota)} does not pay for two, so server, Redis and generator take turns.`,
    }
  }
  if (second === undefined) {
    return { ...none, sentence: 'Not pinned: with one core, server, Redis and generator take turns on it.' }
  }
  const generator = paid < 4 || third === undefined ? second : third
  const ownRedis = redis === 'own' ? second : null
  const where = [
    `Server on core ${first}`,
    ownRedis === generator
      ? `Redis and generator share core ${generator}`
      : `${ownRedis === null ? '' : `Redis on core ${ownRedis}, `}generator on core ${generator}`,
    ...(redis === 'given' ? ['Redis where its owner put it'] : []),
  ]
  const used = new Set([first, second, generator]).size
  const threads =
    distinct < used ? ' Some of these are two threads of one physical core, which slow each other down.' : ''
  const limit =
    quota === null || quota >= cpus.length
      ? ''
      : ` A CPU quota of ${formatCores(quota)} is spent by all of them together.`
  return { server: first, redis: ownRedis, generator, sentence: `${where.join('; ')}.${threads}${limit}` }
}

export function detectPinning(redis: Placement['redis']): Pinning {
  const cpus = parseCpuList(allowedCpuList(systemFiles) ?? '')
  const quota = narrowestQuota(systemFiles, ownCpuGroups(systemFiles).folders)
  const canPin = process.platform === 'linux' && canPinTo(cpus[0] ?? 0)
  return planPinning({ cpus, canPin, siblings: siblingsOf, quota, redis })
}

/** Of several servers of one load, and of a client for each. */
export interface InstanceCores {
  readonly servers: readonly (number | null)[]
  readonly generators: readonly (number | null)[]
}

/** Each on a core of its own where there are enough, otherwise all servers on that of a server, and all clients on that of the generator. */
export function coresOfInstances(
  count: number,
  { server, redis, generator }: Pick<Pinning, 'server' | 'redis' | 'generator'>,
  cpus: readonly number[],
): InstanceCores {
  const free = cpus.filter((cpu) => cpu !== server && cpu !== redis && cpu !== generator)
  const more = count - 1
  const fill = (core: number | null, others: readonly number[]) =>
    free.length < 2 * more ? Array.from({ length: count }, () => core) : [core, ...others]
  return {
    servers: fill(server, free.slice(0, more)),
    generators: fill(generator, free.slice(more, 2 * more)),
  }
}

/** That this process may use, as far as a CPU quota pays for them. */
export function paidCpus(): readonly number[] {
  const quota = narrowestQuota(systemFiles, ownCpuGroups(systemFiles).folders)
  const cpus = parseCpuList(allowedCpuList(systemFiles) ?? '')
  return quota === null ? cpus : cpus.slice(0, Math.floor(quota))
}

/** An auth server is another machine's, a proxy a network: it keeps off the server's core, and off the generator's where it can. */
export const helperCore = ({ redis, generator }: Pinning): number | null => redis ?? generator

export function withAuthServer(pinning: Pinning): Pinning {
  const core = helperCore(pinning)
  return core === null
    ? pinning
    : { ...pinning, sentence: `${pinning.sentence} Auth servers on core ${core} as well.` }
}

/** The cpuset of a container may be changed at any time: pinned processes are then moved, and others cannot be pinned any more. */
export const isOnCore = (pid: number, core: number, files: Files = systemFiles): boolean =>
  [null, String(core)].includes(allowedCpuList(files, pid))

/** Every thread of a process that is up; threads that start later inherit it. */
export function pinProcess(pid: number, core: number | null): void {
  if (core !== null)
    spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)], {
      env: childEnvironment(),
    })
}
