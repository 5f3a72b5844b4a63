// In this folder: intervals, tests and estimates of variance. Each follows a published method and is tested against other software.

import type { Estimate } from '../results/results.ts'
import { hodgesLehmann } from './signed-rank.ts'

/** One round of two subjects that were measured next to each other in time. */
export interface Pair {
  readonly own: number
  readonly other: number
}

export const pairDifferences = (pairs: readonly Pair[]): number[] =>
  pairs.map(({ own, other }) => own - other)

/** Null unless every value is above zero: a ratio to zero is not a number. */
export function pairLogRatios(pairs: readonly Pair[]): number[] | null {
  return pairs.every(({ own, other }) => own > 0 && other > 0)
    ? pairs.map(({ own, other }) => Math.log(own / other))
    : null
}

/** own - other, in their unit. */
export const differenceEstimate = (pairs: readonly Pair[]): Estimate => hodgesLehmann(pairDifferences(pairs))

/** own / other: estimated on logarithms, so that a ratio and its inverse say the same. */
export const ratioEstimate = (logRatios: readonly number[], confidence = 0.95): Estimate =>
  exponential(hodgesLehmann(logRatios, confidence))

/** An estimate of a logarithm as one of the number itself. */
export function exponential({ value, low, high, rounds }: Estimate): Estimate {
  return {
    value: Math.exp(value),
    low: low === null ? null : Math.exp(low),
    high: high === null ? null : Math.exp(high),
    rounds,
  }
}
