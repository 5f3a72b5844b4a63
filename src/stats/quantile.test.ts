import { expect, test } from 'vitest'
import { medianEstimate } from './order-statistic.ts'
import { quantileEstimate } from './quantile.ts'

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1)

test.each([
  // From sums of exact binomial coefficients in Python.
  [200, 0.5, 100, 86, 115],
  [200, 0.9, 180, 171, 189],
  [1000, 0.99, 990, 983, 997],
])('of the numbers up to %d, the quantile %d', (n, quantile, value, low, high) => {
  expect(quantileEstimate(upTo(n), quantile)).toEqual({ value, low, high, rounds: n })
})

test('an end that too few values lie beyond is not told', () => {
  expect(quantileEstimate(upTo(200), 0.99).high).toBeNull()
  expect(quantileEstimate(upTo(5), 0.5)).toMatchObject({ low: null, high: null })
})

test('for the median it has the ends of the median', () => {
  for (const n of [6, 17, 40]) {
    const { low, high } = medianEstimate(upTo(n))
    expect(quantileEstimate(upTo(n), 0.5)).toMatchObject({ low, high })
  }
})
