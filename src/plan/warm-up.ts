import { medianOf } from '../stats/median.ts'

/** Windows on each side of the comparison: their medians stand, whatever a neighbour does to one of them. */
const WINDOWS = 4
/** A fall by more than this goes on. */
const STILL_FALLING = 0.05

/**
 * Whether the cost of a request has stopped falling: the median of the last windows is no more than 5 % below that of the windows before
 * them. Only a fall counts: compiled code costs less, a disturbed machine more.
 * Source for looking at all instead of assuming: Barrett et al., "Virtual machine warmup blows hot and cold", OOPSLA 2017.
 * Null where there are too few windows to tell.
 * @param costs of equal windows, in their order; any unit
 */
export function hasConverged(costs: readonly number[]): boolean | null {
  if (costs.length < 2 * WINDOWS) return null
  const before = medianOf(costs.slice(-2 * WINDOWS, -WINDOWS))
  return medianOf(costs.slice(-WINDOWS)) >= before * (1 - STILL_FALLING)
}
