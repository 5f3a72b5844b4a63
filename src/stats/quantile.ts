import type { Estimate } from '../results/results.ts'
import { sorted } from './median.ts'

/** P(X <= k) for X binomial (n, p), for every k from 0 to n. */
function binomialCumulative(n: number, p: number): readonly number[] {
  const logFactorial = [0]
  for (let k = 1; k <= n; k += 1) logFactorial.push((logFactorial[k - 1] ?? 0) + Math.log(k))
  const choose = (k: number) => (logFactorial[n] ?? 0) - (logFactorial[k] ?? 0) - (logFactorial[n - k] ?? 0)
  let sum = 0
  return Array.from({ length: n + 1 }, (_, k) => {
    sum += Math.exp(choose(k) + k * Math.log(p) + (n - k) * Math.log1p(-p))
    return Math.min(1, sum)
  })
}

/**
 * A quantile with its distribution-free order-statistic interval: between which of the sorted values it lies with the confidence,
 * half of the error to each side. An end is null where there are too few values beyond the quantile.
 * The estimate is the smallest value with at least that share at or below it.
 * Source: David, Nagaraja, "Order Statistics", 3rd edition, 2003, section 7.1.
 * @param quantile in (0, 1)
 */
export function quantileEstimate(values: readonly number[], quantile: number, confidence = 0.95): Estimate {
  const ordered = sorted(values)
  const n = ordered.length
  const tail = (1 - confidence) / 2
  const cumulative = binomialCumulative(n, quantile)
  // The lower end is the largest order statistic that is above the quantile with at most that probability.
  const below = cumulative.findLastIndex((probability) => probability <= tail)
  const above = cumulative.findIndex((probability) => probability >= 1 - tail)
  return {
    value: ordered[Math.max(0, Math.ceil(quantile * n) - 1)] ?? Number.NaN,
    low: below < 0 ? null : (ordered[below] ?? null),
    high: above < 0 || above >= n ? null : (ordered[above] ?? null),
    rounds: n,
  }
}
