/**
 * Step-down adjustment for many tests at once: comparing each returned p with a level keeps the probability of even one
 * false alarm below that level. In the order of the argument.
 * Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6(2), 1979.
 */
export function holm(probabilities: readonly number[]): number[] {
  const adjusted = new Array<number>(probabilities.length).fill(1)
  let largest = 0
  const ascending = [...probabilities.entries()].sort(([, a], [, b]) => a - b)
  for (const [place, [index, probability]] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, probability * (probabilities.length - place)))
    adjusted[index] = largest
  }
  return adjusted
}
