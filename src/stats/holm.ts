/**
 * p-values adjusted for having looked at all of them, in the order given: reject what is at most 5 % here and the chance of
 * even one false rejection is at most 5 %, however the tests depend on each other.
 * Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6(2), 1979.
 */
export function holm(probabilities: readonly number[]): number[] {
  const ascending = [...probabilities.entries()].sort(([, a], [, b]) => a - b)
  const adjusted = new Array<number>(probabilities.length).fill(0)
  let largest = 0
  for (const [rank, [index, probability]] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, (probabilities.length - rank) * probability))
    adjusted[index] = largest
  }
  return adjusted
}
