import type { Estimate } from '../results/results.ts'
import { medianOfSorted } from './median.ts'
import { doubledMidranks } from './midranks.ts'
import { rankSumTails } from './rank-sum-distribution.ts'

/** Rounding in the distribution must not decide where a probability equals the limit, as 1/20 does at 3 and 3 values. */
const ROUNDING = 1e-9

const droppedCache = new Map<string, number | null>()

/**
 * How many pairwise differences to drop from each end: the largest k with P(U <= k) <= (1 - confidence) / 2, where U counts
 * the pairs in which the first sample is ahead. Null when there is none, as at 95 % for 3 values against 4.
 */
export function differencesToDrop(ownCount: number, otherCount: number, confidence: number): number | null {
  const key = `${ownCount}/${otherCount}/${confidence}`
  const known = droppedCache.get(key)
  if (known !== undefined) return known
  const size = Math.min(ownCount, otherCount)
  const ranks = Array.from({ length: ownCount + otherCount }, (_, index) => 2 * (index + 1))
  const tails = rankSumTails(ranks, size)
  const limit = ((1 - confidence) / 2) * (1 + ROUNDING)
  let dropped = -1
  let tooMany = ownCount * otherCount
  while (tooMany - dropped > 1) {
    const middle = Math.floor((dropped + tooMany) / 2)
    if (tails.atMost(size * (size + 1) + 2 * middle) <= limit) dropped = middle
    else tooMany = middle
  }
  const result = dropped < 0 ? null : dropped
  droppedCache.set(key, result)
  return result
}

/**
 * By how much `own` lies above `other` where the two were not measured in pairs: the median of all differences
 * own_i - other_j (Hodges-Lehmann), with the interval that inverts the exact rank-sum test. Give logarithms for a ratio. Assumes
 * independent values and distributions that differ by a shift only. `rounds` is the size of the smaller sample.
 * Source: Hollander, Wolfe, Chicken, "Nonparametric Statistical Methods", 3rd edition, 2014, sections 4.2 and 4.3.
 */
export function shiftEstimate(own: readonly number[], other: readonly number[], confidence = 0.95): Estimate {
  const differences = Float64Array.from(own.flatMap((value) => other.map((from) => value - from))).sort()
  const dropped = differencesToDrop(own.length, other.length, confidence)
  return {
    value: medianOfSorted(differences),
    low: dropped === null ? null : (differences[dropped] ?? null),
    high: dropped === null ? null : (differences[differences.length - 1 - dropped] ?? null),
    rounds: Math.min(own.length, other.length),
  }
}

/**
 * Two-sided p that both samples come from one distribution: twice the smaller tail of the rank sum. Equal values share the
 * mean of their ranks, and the distribution is the one of exactly these ranks. An empty sample: 1.
 * Source: Mann, Whitney, "On a test of whether one of two random variables is stochastically larger than the other", Annals
 * of Mathematical Statistics 18(1), 1947; for ties Hollander, Wolfe, Chicken, 2014, section 4.1.
 */
export function rankSumProbability(own: readonly number[], other: readonly number[]): number {
  const [smaller, larger] = own.length <= other.length ? [own, other] : [other, own]
  const ranks = doubledMidranks([...smaller, ...larger])
  const sum = ranks.slice(0, smaller.length).reduce((total, rank) => total + rank, 0)
  const tails = rankSumTails(ranks, smaller.length)
  return Math.min(1, 2 * Math.min(tails.atMost(sum), tails.atLeast(sum)))
}
