import { describe, expect, it } from 'vitest'
import { seededRandom } from '../plan/random.ts'
import { normalSource } from '../testing/normal-numbers.ts'
import { expectedHalfWidth } from './expected-half-width.ts'
import { roundsNeeded } from './rounds-needed.ts'
import { hodgesLehmann } from './signed-rank.ts'

describe('expectedHalfWidth', () => {
  it.each([12, 20])('is the mean half-width of simulated runs of %i rounds', (rounds) => {
    const components = { within: 0.06 ** 2, between: 0.02 ** 2 }
    const windows = 8
    const normal = normalSource(seededRandom(rounds))
    const side = () => {
      let sum = 0
      for (let window = 0; window < windows; window++) sum += Math.sqrt(components.within) * normal()
      return Math.sqrt(components.between) * normal() + sum / windows
    }
    const trials = 600
    let halfWidths = 0
    for (let trial = 0; trial < trials; trial++) {
      const { low, high } = hodgesLehmann(Array.from({ length: rounds }, () => side() - side()))
      halfWidths += ((high ?? Number.NaN) - (low ?? Number.NaN)) / 2
    }
    const expected = expectedHalfWidth(components, windows, rounds) ?? Number.NaN
    expect(Math.abs(halfWidths / trials / expected - 1)).toBeLessThan(0.12)
  })

  it('is what roundsNeeded starts from', () => {
    const halfWidth = expectedHalfWidth({ within: 0, between: 0.0004 }, 1, 15) ?? Number.NaN
    expect(roundsNeeded(0.02 * Math.SQRT2, halfWidth * (1 + 1e-9))).toBe(15)
  })

  it('is not to be had from fewer rounds than an interval needs', () => {
    expect(expectedHalfWidth({ within: 1, between: 1 }, 8, 5)).toBeNull()
    expect(expectedHalfWidth({ within: 0, between: 0 }, 8, 6)).toBe(0)
  })
})
