import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import cases from './fixtures/holm.json' with { type: 'json' }
import { holm } from './holm.ts'

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12))

describe('holm', () => {
  it.each(cases)('is Bonferroni applied to all subsets, case %#', ({ probabilities, adjusted }) => {
    expect(holm(probabilities)).toEqual(close(adjusted))
  })

  it('keeps the order of its input', () => {
    expect(holm([0.04, 0.01, 0.03, 0.005])).toEqual(close([0.06, 0.03, 0.06, 0.02]))
  })

  it('never lowers a probability, never swaps two, and is no stricter than Bonferroni', () => {
    const probabilities = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })
    fc.assert(
      fc.property(probabilities, (values) => {
        const adjusted = holm(values)
        const both = values.map((value, index) => ({ value, adjusted: adjusted[index] ?? Number.NaN }))
        for (const one of both) {
          expect(one.adjusted).toBeGreaterThanOrEqual(one.value)
          expect(one.adjusted).toBeLessThanOrEqual(Math.min(1, one.value * values.length))
          for (const other of both)
            expect(one.value < other.value && one.adjusted > other.adjusted).toBe(false)
        }
      }),
    )
  })
})
