import type { Random } from './random.ts'

/**
 * Who makes the next request.
 * - `cycle`: everybody once, then again from the start; a cache smaller than the population never hits
 * - `uniform`: everybody equally likely
 * - `zipf`: the k-th most active with a chance proportional to 1/k (Zipf's law with exponent 1; Breslau et al., INFOCOM 1999, found 0.64
 *   to 0.83 for web requests, so that caches do a little worse on the web than here)
 */
export type Popularity = 'cycle' | 'uniform' | 'zipf'

/** Members of a population of `size`, from 0, in the order in which they make `count` requests. */
export function drawMembers(
  popularity: Popularity,
  size: number,
  count: number,
  random: Random,
): readonly number[] {
  switch (popularity) {
    case 'cycle':
      return Array.from({ length: count }, (_, index) => index % size)
    case 'uniform':
      return Array.from({ length: count }, () => Math.floor(random() * size))
    case 'zipf': {
      const cumulative = harmonicNumbers(size)
      const total = cumulative[size - 1] ?? 1
      return Array.from({ length: count }, () => firstAbove(cumulative, random() * total))
    }
    default:
      return popularity satisfies never
  }
}

/** H(1), H(2), ..., H(size). */
function harmonicNumbers(size: number): Float64Array {
  const sums = new Float64Array(size)
  let sum = 0
  for (let rank = 1; rank <= size; rank++) {
    sum += 1 / rank
    sums[rank - 1] = sum
  }
  return sums
}

/** Index of the first value above `limit`; the values rise. */
function firstAbove(values: Float64Array, limit: number): number {
  let [low, high] = [0, values.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle] ?? Number.POSITIVE_INFINITY) > limit) high = middle
    else low = middle + 1
  }
  return low
}
