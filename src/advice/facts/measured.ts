import type { Estimate } from '../../results/results.ts'
import { formatEstimate } from '../../units.ts'

/** A number with its interval, and as reports print it. */
export interface Measured {
  readonly value: number
  readonly low: number | null
  readonly high: number | null
  readonly text: string
}

export const measured = (estimate: Estimate, unit: string): Measured => ({
  value: estimate.value,
  low: estimate.low,
  high: estimate.high,
  text: formatEstimate(estimate, unit),
})
