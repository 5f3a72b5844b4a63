import type { ProcessCpu, Slice } from '../results/cell.ts'
import { type Metric, requestsOf } from './metric.ts'
import { sentCommands } from './redis.ts'

type ProcessId = 'server' | 'redis' | 'auth' | 'generator'

/** All threads of a process. */
export const cpuUs = ({ mainUs, otherUs }: ProcessCpu): number => mainUs + otherUs

/**
 * Sum over the slices divided by the sum of their requests, not the mean of ratios: a short slice weighs less.
 * Null where the system does not tell, or nothing was answered.
 */
function cpuPerRequest(id: ProcessId, title: string, used: (slice: Slice) => number | null): Metric {
  return {
    id: `cpu.${id}`,
    title,
    unit: 'us/req',
    better: 'lower',
    exact: false,
    minimumRequests: 0,
    read(cell) {
      if (cell.search !== null) return null
      const requests = requestsOf(cell)
      let sum = 0
      for (const slice of cell.load.slices) {
        const microseconds = used(slice)
        if (microseconds === null) return null
        sum += microseconds
      }
      return requests === 0 ? null : sum / requests
    },
  }
}

export const serverCpu = cpuPerRequest('server', 'Server CPU', ({ server }) =>
  server === null ? null : cpuUs(server),
)

/** Sum over the slices; null where one of them does not tell. */
export function usedUs(slices: readonly Slice[], read: (cpu: ProcessCpu) => number = cpuUs): number | null {
  let sum = 0
  for (const { server } of slices) {
    if (server === null) return null
    sum += read(server)
  }
  return sum
}

const redisBusy = cpuPerRequest('redis', 'Redis CPU', ({ redisUs }) => redisUs)
/** Redis uses some time even when nobody asks it; a strategy that sent it nothing did not cause that. */
export const redisCpu: Metric = {
  ...redisBusy,
  read(cell) {
    if (cell.store === null || cell.search !== null || requestsOf(cell) === 0) return null
    return sentCommands(cell.store) === 0 ? 0 : redisBusy.read(cell)
  },
}

/** 0 where the server has none beside it and others of the run do. */
export const authCpu = cpuPerRequest('auth', 'Auth server CPU', ({ authUs }) => authUs ?? null)

const generatorBusy = cpuPerRequest('generator', 'Load generator CPU', ({ generator }) => cpuUs(generator))
/** A paced client spins between requests: its time says nothing about their cost. */
export const generatorCpu: Metric = {
  ...generatorBusy,
  read: (cell) => (cell.load.pacing === null ? generatorBusy.read(cell) : null),
}

/** Of all processes that answer a request. Null where one of them does not tell. */
export const totalCpu: Metric = {
  ...serverCpu,
  id: 'cpu.total',
  title: 'Total CPU',
  read(cell) {
    const server = serverCpu.read(cell)
    const store = cell.store === null ? 0 : redisCpu.read(cell)
    if (server === null || store === null) return null
    return server + store + (authCpu.read(cell) ?? 0)
  },
}
