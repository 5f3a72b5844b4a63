/**
 * Probability that a standard normal number is at most z, to about 1e-15 absolute; 0 and 1 beyond 8 standard deviations.
 * Source: Marsaglia, "Evaluating the normal distribution", Journal of Statistical Software 11(4), 2004.
 */
export function normalProbability(z: number): number {
  if (Math.abs(z) > 8) return z < 0 ? 0 : 1
  let sum = z
  let term = z
  let previous = Number.NaN
  for (let odd = 3; sum !== previous; odd += 2) {
    previous = sum
    term *= (z * z) / odd
    sum += term
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI)
}
