import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import cases from './holm.fixture.json' with { type: 'json' }
import { holm } from './holm.ts'

describe('holm', () => {
  it.each(cases)('agrees with numpy, case %#', ({ p, adjusted }) => {
    for (const [index, value] of holm(p).entries())
      expect(value).toBeCloseTo(adjusted[index] ?? Number.NaN, 12)
  })

  it('never makes a p smaller, keeps their order and stays at 1 or below', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
        (probabilities) => {
          const adjusted = holm(probabilities)
          for (const [i, value] of adjusted.entries()) {
            expect(value).toBeGreaterThanOrEqual(probabilities[i] ?? 1)
            expect(value).toBeLessThanOrEqual(1)
            for (const [j, other] of adjusted.entries()) {
              if ((probabilities[i] ?? 0) < (probabilities[j] ?? 0)) expect(value).toBeLessThanOrEqual(other)
            }
          }
        },
      ),
    )
  })
})
