import { describe, expect, it } from 'vitest'
import { differenceEstimate, pairLogRatios, ratioEstimate } from './paired.ts'

const pairs = [100, 120, 90, 200, 150, 80].map((other, index) => ({
  own: other * (1.2 + index / 100),
  other,
}))

describe('paired estimates', () => {
  it('find a common factor that the spread between rounds hides', () => {
    const ratio = ratioEstimate(pairLogRatios(pairs) ?? [])
    expect(ratio.value).toBeCloseTo(1.225, 2)
    expect([ratio.low, ratio.high, ratio.rounds]).toEqual([
      expect.closeTo(1.2, 9),
      expect.closeTo(1.25, 9),
      6,
    ])
  })

  it('say the same of a ratio and its inverse', () => {
    const turned = pairs.map(({ own, other }) => ({ own: other, other: own }))
    const [ratio, inverse] = [
      ratioEstimate(pairLogRatios(pairs) ?? []),
      ratioEstimate(pairLogRatios(turned) ?? []),
    ]
    expect(inverse.value * ratio.value).toBeCloseTo(1, 12)
    expect((inverse.low ?? 0) * (ratio.high ?? 0)).toBeCloseTo(1, 12)
  })

  it('have no ratio where a value is zero, and still a difference', () => {
    const free = pairs.map(({ own }) => ({ own, other: 0 }))
    expect(pairLogRatios(free)).toBeNull()
    expect(differenceEstimate(free).low).toBeCloseTo(100, 9)
  })
})
