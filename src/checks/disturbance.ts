import { cpuUs } from '../metrics/cpu.ts'
import { type CellData, secondsOf } from '../metrics/metric.ts'
import type { Slice } from '../results/cell.ts'
import { formatPercent } from '../units.ts'
import { generatorsHereUs } from './agents.ts'
import { type CellCheck, judged } from './check.ts'
import { LIMITS, MINIMUM_SECONDS } from './limits.ts'

const tooShort = (cell: CellData) => secondsOf(cell) < MINIMUM_SECONDS

/** Sum over the slices of a part of the machine's time, divided by all of it; null where the system does not tell. */
function shareOfMachine(
  { load }: CellData,
  part: (slice: Slice, machine: NonNullable<Slice['machine']>) => number,
): number | null {
  let [sum, total] = [0, 0]
  for (const slice of load.slices) {
    if (slice.machine === null) return null
    sum += part(slice, slice.machine)
    total += slice.machine.totalUs
  }
  return total === 0 ? null : sum / total
}

const unknown = (cell: CellData) =>
  tooShort(cell)
    ? 'The windows are too short to read the machine-wide counters.'
    : 'The system does not tell what its processors did.'

/** The hypervisor gave the processor to somebody else. */
export const steal: CellCheck = {
  id: 'steal',
  ofTime: true,
  check(cell) {
    const share = tooShort(cell) ? null : shareOfMachine(cell, (_, { stealUs }) => stealUs)
    const sentence =
      share === null ? unknown(cell) : `The hypervisor took ${formatPercent(share)} of the processor time.`
    return judged('steal', share, LIMITS.steal, sentence)
  },
}

/**
 * Time of processes that are no part of the measurement. Where Redis' own time is unknown it counts as foreign, and a high
 * share then proves nothing.
 */
export const foreignCpu: CellCheck = {
  id: 'foreign-cpu',
  ofTime: true,
  check(cell, { state }) {
    // The database and the workers of somebody else's endpoint are no strangers, and cannot be told from them.
    if (state === 'unknown') return null
    const rest = tooShort(cell)
      ? null
      : shareOfMachine(
          cell,
          (slice, { busyUs }) =>
            busyUs -
            (slice.server === null ? 0 : cpuUs(slice.server)) -
            generatorsHereUs(slice) -
            (slice.redisUs ?? 0) -
            (slice.authUs ?? 0) -
            (slice.ways ?? []).reduce((sum, way) => sum + way.cpuUs, 0),
        )
    const share = rest === null ? null : Math.max(0, rest)
    const withRedis = cell.store !== null && cell.load.slices.some(({ redisUs }) => redisUs === null)
    if (share !== null && withRedis && share > LIMITS.foreign.warn) {
      const sentence = `Redis and other processes together used ${formatPercent(share)} of the processor time; the system does not tell them apart.`
      return judged('foreign-cpu', null, LIMITS.foreign, sentence)
    }
    const sentence =
      share === null ? unknown(cell) : `Other processes used ${formatPercent(share)} of the processor time.`
    return judged('foreign-cpu', share, LIMITS.foreign, sentence)
  },
}
