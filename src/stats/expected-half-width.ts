import { MINIMUM_ROUNDS } from '../results/minimum-rounds.ts'
import { HALF_WIDTH_IN_STANDARD_ERRORS } from './rounds-needed.ts'
import type { VarianceComponents } from './variance-components.ts'

/**
 * Half-width to expect of the 95 % signed-rank interval of a paired log-ratio (0.01 is about 1 %), each side of each round being
 * one process and the mean of its windows. Null for fewer rounds than an interval needs.
 * The two sides add their variances; the rest is the approximation of `roundsNeeded`, turned round.
 */
export function expectedHalfWidth(
  { within, between }: VarianceComponents,
  windows: number,
  rounds: number,
): number | null {
  if (rounds < MINIMUM_ROUNDS) return null
  return HALF_WIDTH_IN_STANDARD_ERRORS * Math.sqrt((2 * (between + within / windows)) / rounds)
}
