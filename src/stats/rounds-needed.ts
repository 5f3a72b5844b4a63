import { MINIMUM_ROUNDS } from '../minimum-rounds.ts'

/**
 * Rounds after which the signed-rank interval is about `halfWidth` to each side; both in the unit of the paired values
 * (for log-ratios 0.05 is 5 %). Normal approximation: 1.96 standard errors, widened to 2.2 for the rank test's efficiency
 * and for few rounds.
 */
export function roundsNeeded(standardDeviation: number, halfWidth: number): number {
  return Math.max(MINIMUM_ROUNDS, Math.ceil(((2.2 * standardDeviation) / halfWidth) ** 2))
}
