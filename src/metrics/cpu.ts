import type { ProcessCpu, Slice } from '../cell.ts'
import { type Metric, requestsOf } from './metric.ts'
import { sentCommands } from './redis.ts'

type ProcessId = 'server' | 'redis' | 'generator'

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

export const serverCpu = cpuPerRequest('server', 'Server CPU', ({ server }) => cpuUs(server))

const redisBusy = cpuPerRequest('redis', 'Redis CPU', ({ redisUs }) => redisUs)
/** Redis uses some time even when nobody asks it; a strategy that sent it nothing did not cause that. */
export const redisCpu: Metric = {
  ...redisBusy,
  read(cell) {
    if (cell.store === null || cell.search !== null || requestsOf(cell) === 0) return null
    return sentCommands(cell.store) === 0 ? 0 : redisBusy.read(cell)
  },
}

const generatorBusy = cpuPerRequest('generator', 'Load generator CPU', ({ generator }) => cpuUs(generator))
/** A paced client spins between requests: its time says nothing about their cost. */
export const generatorCpu: Metric = {
  ...generatorBusy,
  read: (cell) => (cell.load.pacing === null ? generatorBusy.read(cell) : null),
}
