import { normalProbability } from './normal-distribution.ts'

/** Chance that the ranks of one of the two samples add up to at most, and to at least, this sum. */
export interface RankSumTails {
  atMost(sum: number): number
  atLeast(sum: number): number
}

/** 50 values in each sample, where R's wilcox.test gives up being exact too; the work stays well below a second. */
const LARGEST_EXACT_PRODUCT = 50 * 100

/** Adds the probabilities to the sums that lie `shift` higher, times the chance of getting there. */
function spread(from: Float64Array | undefined, to: Float64Array, shift: number, chance: number): void {
  if (from === undefined) return
  for (let sum = 0; sum < from.length; sum++)
    to[sum + shift] = (to[sum + shift] ?? 0) + chance * (from[sum] ?? 0)
}

/**
 * Probability of each sum of `size` ranks drawn without replacement. Rank by rank, the chance of being drawn is what is
 * still to be drawn over what is left: probabilities instead of counts, which would overflow.
 */
function drawnSumDistribution(ranks: readonly number[], size: number): Float64Array {
  let byDrawn = [Float64Array.of(1)]
  for (const [index, rank] of ranks.entries()) {
    const left = ranks.length - index
    byDrawn = Array.from({ length: Math.min(size, index + 1) + 1 }, (_, drawn) => {
      const [without, including] = [byDrawn[drawn], byDrawn[drawn - 1]]
      const sums = new Float64Array(Math.max(without?.length ?? 0, (including?.length ?? 0) + rank))
      spread(without, sums, 0, 1 - (size - drawn) / left)
      spread(including, sums, rank, (size - drawn + 1) / left)
      return sums
    })
  }
  return byDrawn[size] ?? Float64Array.of(1)
}

function exactTails(ranks: readonly number[], size: number): RankSumTails {
  const distribution = drawnSumDistribution(ranks, size)
  const total = (part: Float64Array) => part.reduce((sum, probability) => sum + probability, 0)
  return {
    atMost: (sum) => total(distribution.subarray(0, sum + 1)),
    atLeast: (sum) => total(distribution.subarray(sum)),
  }
}

/** With the variance of exactly these ranks, which is the correction for ties, and half a rank for continuity. */
function normalTails(doubledRanks: readonly number[], size: number): RankSumTails {
  const count = doubledRanks.length
  const mean = doubledRanks.reduce((sum, rank) => sum + rank, 0) / count
  const squares = doubledRanks.reduce((sum, rank) => sum + (rank - mean) ** 2, 0)
  const deviation = Math.sqrt((size * (count - size) * squares) / (count * (count - 1)))
  const tail = (distance: number) => normalProbability((distance + 1) / deviation)
  return {
    atMost: (sum) => tail(sum - size * mean),
    atLeast: (sum) => tail(size * mean - sum),
  }
}

/**
 * Null distribution of the sum of `size` of the given ranks: every choice of them equally likely, ties included. Exact up to
 * about 50 values in each sample, then the normal approximation.
 * Source: Hollander, Wolfe, Chicken, "Nonparametric Statistical Methods", 3rd edition, 2014, section 4.1.
 * @param doubledRanks of both samples together, whole numbers
 * @param size values in the smaller sample
 */
export function rankSumTails(doubledRanks: readonly number[], size: number): RankSumTails {
  return size * doubledRanks.length <= LARGEST_EXACT_PRODUCT
    ? exactTails(doubledRanks, size)
    : normalTails(doubledRanks, size)
}
