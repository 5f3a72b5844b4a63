const ascending = (a: number, b: number) => a - b

export const sorted = (values: readonly number[]): number[] => [...values].sort(ascending)

/** Middle of the values, or the mean of the two in the middle. Not a number for none. */
export function medianOfSorted(values: ArrayLike<number>): number {
  const half = values.length / 2
  const low = values[Math.ceil(half) - 1] ?? Number.NaN
  const high = values[Math.floor(half)] ?? Number.NaN
  return low + (high - low) / 2
}

export const medianOf = (values: readonly number[]): number => medianOfSorted(sorted(values))
