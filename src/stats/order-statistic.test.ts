import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../plan/random.ts'
import cases from './fixtures/order-statistic.json' with { type: 'json' }
import { medianEstimate } from './order-statistic.ts'

describe('medianEstimate', () => {
  it.each(cases)('agrees with the binomial quantiles of scipy, case %#', ({ values, median, interval95 }) => {
    const { value, low, high, rounds } = medianEstimate(values)
    expect(value).toBeCloseTo(median, 12)
    expect(low === null || high === null ? null : [low, high]).toEqual(interval95)
    expect(rounds).toBe(values.length)
  })

  it('follows any increasing change of scale, which a mean does not', () => {
    const values = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 21 })
    fc.assert(
      fc.property(values, (sample) => {
        const odd = sample.length % 2 === 0 ? sample.slice(1) : sample
        const [plain, bent] = [medianEstimate(odd), medianEstimate(odd.map((value) => value ** 3).reverse())]
        expect(bent.value).toBe(plain.value ** 3)
        expect(bent.low).toBe(plain.low === null ? null : plain.low ** 3)
        expect(bent.high).toBe(plain.high === null ? null : plain.high ** 3)
      }),
    )
  })

  it.each([
    [6, 1 - 2 / 64],
    [12, 0.9614],
  ])('of %i values covers the median of a skewed distribution as often as it says', (count, level) => {
    const random = seededRandom(count)
    const trials = 4000
    let covered = 0
    for (let trial = 0; trial < trials; trial++) {
      const { low, high } = medianEstimate(Array.from({ length: count }, () => -Math.log(1 - random())))
      if (low !== null && high !== null && low <= Math.LN2 && high >= Math.LN2) covered += 1
    }
    expect(Math.abs(covered / trials - level)).toBeLessThan(0.015)
  })
})
