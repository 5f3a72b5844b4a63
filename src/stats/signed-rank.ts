import type { Estimate } from '../results/results.ts'
import { medianOfSorted } from './median.ts'
import { doubledMidranks } from './midranks.ts'

/** All (x_i + x_j) / 2 with i <= j, ascending: n (n + 1) / 2 of them. */
function walshAverages(values: readonly number[]): Float64Array {
  const averages = new Float64Array((values.length * (values.length + 1)) / 2)
  let index = 0
  for (const [i, first] of values.entries()) {
    for (let j = i; j < values.length; j++) {
      averages[index] = (first + (values[j] ?? Number.NaN)) / 2
      index += 1
    }
  }
  return averages.sort()
}

/**
 * Probability of each sum of a random subset of the ranks, every rank in or out with probability 1/2: the null
 * distribution of the signed-rank statistic. Probabilities instead of counts, which would overflow.
 */
function subsetSumDistribution(ranks: readonly number[]): Float64Array {
  const total = ranks.reduce((sum, rank) => sum + rank, 0)
  const probabilities = new Float64Array(total + 1)
  probabilities[0] = 1
  let reached = 0
  for (const rank of ranks) {
    reached += rank
    for (let sum = reached; sum >= 0; sum--) {
      const without = probabilities[sum] ?? 0
      const including = sum >= rank ? (probabilities[sum - rank] ?? 0) : 0
      probabilities[sum] = (without + including) / 2
    }
  }
  return probabilities
}

const droppedCache = new Map<string, number | null>()

/**
 * How many Walsh averages to drop from each end: the largest k with P(W <= k) <= (1 - confidence) / 2. Null when
 * there is none (at 95 %: fewer than 6 values).
 */
export function walshAveragesToDrop(count: number, confidence: number): number | null {
  const key = `${count}/${confidence}`
  const known = droppedCache.get(key)
  if (known !== undefined) return known
  const probabilities = subsetSumDistribution(Array.from({ length: count }, (_, index) => index + 1))
  let cumulative = 0
  let dropped = -1
  for (const probability of probabilities) {
    cumulative += probability
    if (cumulative > (1 - confidence) / 2) break
    dropped += 1
  }
  const result = dropped < 0 ? null : dropped
  droppedCache.set(key, result)
  return result
}

/**
 * Where the values are centred: the median of the Walsh averages (Hodges-Lehmann), with the interval that inverts the exact
 * signed-rank test. Assumes independent values of a symmetric distribution.
 * Source: Hollander, Wolfe, Chicken, "Nonparametric Statistical Methods", 3rd edition, 2014, sections 3.2 and 3.3.
 */
export function hodgesLehmann(values: readonly number[], confidence = 0.95): Estimate {
  const averages = walshAverages(values)
  const dropped = walshAveragesToDrop(values.length, confidence)
  return {
    value: medianOfSorted(averages),
    low: dropped === null ? null : (averages[dropped] ?? null),
    high: dropped === null ? null : (averages[averages.length - 1 - dropped] ?? null),
    rounds: values.length,
  }
}

/**
 * Exact two-sided p that the values are centred on zero. Zeros say nothing about the sign and are left out (Wilcoxon's own
 * treatment); equal magnitudes share the mean of their ranks, and the distribution is the one of exactly these ranks.
 * Only zeros, or no values: 1.
 * Source: Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1(6), 1945; for ties the
 * conditional distribution of Hollander, Wolfe, Chicken, 2014, section 3.1, comment 11.
 */
export function signedRankProbability(values: readonly number[]): number {
  const nonzero = values.filter((value) => value !== 0)
  const ranks = doubledMidranks(nonzero.map(Math.abs))
  const probabilities = subsetSumDistribution(ranks)
  const positive = ranks.reduce((sum, rank, index) => sum + ((nonzero[index] ?? 0) > 0 ? rank : 0), 0)
  const smallerSum = Math.min(positive, probabilities.length - 1 - positive)
  let tail = 0
  for (let sum = 0; sum <= smallerSum; sum++) tail += probabilities[sum] ?? 0
  return Math.min(1, 2 * tail)
}
