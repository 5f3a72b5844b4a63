import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../plan/random.ts'
import { normalSource } from '../testing/normal-numbers.ts'
import cases from './fixtures/signed-rank.json' with { type: 'json' }
import ties from './fixtures/ties.json' with { type: 'json' }
import { hodgesLehmann, signedRankProbability, walshAveragesToDrop } from './signed-rank.ts'

const finite = fc.double({ min: -1000, max: 1000, noNaN: true, noDefaultInfinity: true })
const samples = fc.array(finite, { minLength: 1, maxLength: 20 })

const expectInterval = (
  values: readonly number[],
  confidence: number,
  interval: readonly number[] | null,
) => {
  const { low, high } = hodgesLehmann(values, confidence)
  if (interval === null) {
    expect([low, high]).toEqual([null, null])
    return
  }
  expect(low).toBeCloseTo(interval[0] ?? Number.NaN, 9)
  expect(high).toBeCloseTo(interval[1] ?? Number.NaN, 9)
}

describe('hodgesLehmann', () => {
  it.each(cases)('agrees with the inverted test of scipy, case %#', ({ values, estimate, ...intervals }) => {
    expect(hodgesLehmann(values).value).toBeCloseTo(estimate, 9)
    expectInterval(values, 0.95, intervals.interval95)
    expectInterval(values, 0.9, intervals.interval90)
    expectInterval(values, 0.975, intervals.interval975)
  })

  it('drops the published number of Walsh averages from each end', () => {
    const counts = [5, 6, 7, 8, 9, 10, 12, 15, 20, 24, 30]
    expect(counts.map((count) => walshAveragesToDrop(count, 0.95))).toEqual([
      null,
      0,
      2,
      3,
      5,
      8,
      13,
      25,
      52,
      81,
      137,
    ])
    expect([12, 24].map((count) => walshAveragesToDrop(count, 0.975))).toEqual([10, 72])
  })

  it('has no interval, and no value, without values', () => {
    expect(hodgesLehmann([])).toEqual({ value: Number.NaN, low: null, high: null, rounds: 0 })
  })

  it('survives the largest number of rounds that can be asked for', () => {
    expect(walshAveragesToDrop(1000, 0.95)).toBeGreaterThan(230_000)
  })

  it('contains its own estimate', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const { value, low, high } = hodgesLehmann(values)
        expect(low === null).toBe(values.length < 6)
        if (low === null || high === null) return
        expect(low).toBeLessThanOrEqual(value)
        expect(high).toBeGreaterThanOrEqual(value)
      }),
    )
  })

  it('follows a shift and a change of scale, and does not care about the order', () => {
    fc.assert(
      fc.property(
        samples,
        finite,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (values, shift, scale) => {
          const plain = hodgesLehmann(values)
          const moved = hodgesLehmann(values.map((value) => value * scale + shift).reverse())
          expect(moved.value).toBeCloseTo(plain.value * scale + shift, 6)
          expect(moved.low ?? 0).toBeCloseTo(plain.low === null ? 0 : plain.low * scale + shift, 6)
          expect(moved.high ?? 0).toBeCloseTo(plain.high === null ? 0 : plain.high * scale + shift, 6)
        },
      ),
    )
  })

  it.each([
    [6, 'normal', 1 - 2 / 64],
    [12, 'normal', 0.95],
    [12, 'heavy tails', 0.95],
  ] as const)('of %i values (%s) covers the truth as often as it says', (count, shape, level) => {
    const normal = normalSource(seededRandom(count))
    const draw = () => (shape === 'normal' ? normal() : normal() / Math.max(Math.abs(normal()), 0.05))
    const trials = 4000
    let covered = 0
    for (let trial = 0; trial < trials; trial++) {
      const { low, high } = hodgesLehmann(Array.from({ length: count }, draw))
      if (low !== null && high !== null && low <= 0 && high >= 0) covered += 1
    }
    expect(Math.abs(covered / trials - level)).toBeLessThan(0.015)
  })
})

describe('signedRankProbability', () => {
  it.each(cases)('is that of scipy, case %#', ({ values, p }) => {
    expect(signedRankProbability(values)).toBeCloseTo(p, 12)
  })

  it.each(ties)('agrees with all signs enumerated where zeros and ties occur, case %#', ({ values, p }) => {
    expect(signedRankProbability(values)).toBeCloseTo(p, 12)
  })

  it('is a probability, the same for opposite signs, other orders and other scales', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -6, max: 6 }), { maxLength: 14 }), (values) => {
        const p = signedRankProbability(values)
        expect(p).toBeGreaterThan(0)
        expect(p).toBeLessThanOrEqual(1)
        expect(signedRankProbability(values.map((value) => -value))).toBeCloseTo(p, 12)
        expect(signedRankProbability(values.map((value) => value * 8).reverse())).toBeCloseTo(p, 12)
      }),
    )
  })

  it('rejects zero exactly where the interval leaves it out', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 6, maxLength: 14 }), (values) => {
        const magnitudes = new Set(values.map(Math.abs))
        fc.pre(magnitudes.size === values.length && !magnitudes.has(0))
        const { low, high } = hodgesLehmann(values)
        fc.pre(low !== 0 && high !== 0)
        expect(signedRankProbability(values) <= 0.05).toBe((low ?? 0) > 0 || (high ?? 0) < 0)
      }),
    )
  })
})
