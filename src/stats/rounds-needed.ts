import { MINIMUM_ROUNDS } from '../results/minimum-rounds.ts'

/** Of the 95 % signed-rank interval: the normal 1.96, widened for the rank test's efficiency and for few rounds. */
export const HALF_WIDTH_IN_STANDARD_ERRORS = 2.2

/**
 * Rounds after which the signed-rank interval is about `halfWidth` to each side; both in the unit of the paired values
 * (for log-ratios 0.05 is 5 %).
 */
export function roundsNeeded(standardDeviation: number, halfWidth: number): number {
  return Math.max(
    MINIMUM_ROUNDS,
    Math.ceil(((HALF_WIDTH_IN_STANDARD_ERRORS * standardDeviation) / halfWidth) ** 2),
  )
}
