import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../plan/random.ts'
import { normalSource } from '../testing/normal-numbers.ts'
import cases from './fixtures/rank-sum.json' with { type: 'json' }
import ties from './fixtures/rank-sum-ties.json' with { type: 'json' }
import { differencesToDrop, rankSumProbability, shiftEstimate } from './rank-sum.ts'

const finite = fc.double({ min: -1000, max: 1000, noNaN: true, noDefaultInfinity: true })
const samples = fc.array(finite, { minLength: 1, maxLength: 12 })
const close = (interval: readonly number[] | null) =>
  interval?.map((bound) => expect.closeTo(bound, 9)) ?? [null, null]

describe('shiftEstimate', () => {
  it.each(cases)('agrees with the inverted test of scipy, case %#', ({ own, other, ...expected }) => {
    const { value, low, high, rounds } = shiftEstimate(own, other)
    expect(value).toBeCloseTo(expected.estimate, 9)
    expect([low, high]).toEqual(close(expected.interval95))
    expect(rounds).toBe(Math.min(own.length, other.length))
    const at90 = shiftEstimate(own, other, 0.9)
    expect([at90.low, at90.high]).toEqual(close(expected.interval90))
  })

  it('drops the published number of differences from each end', () => {
    const sizes = [4, 5, 6, 8, 10, 12, 15, 20]
    expect(sizes.map((size) => differencesToDrop(size, size, 0.95))).toEqual([0, 2, 5, 13, 23, 37, 64, 127])
    expect(differencesToDrop(3, 4, 0.95)).toBeNull()
    expect(differencesToDrop(3, 5, 0.95)).toBe(0)
  })

  it('counts a probability that equals the limit, whatever the rounding', () => {
    expect([differencesToDrop(3, 3, 0.9), differencesToDrop(39, 1, 0.95)]).toEqual([0, 0])
  })

  it('goes on smoothly where the normal approximation takes over', () => {
    const dropped = [49, 50, 51, 52].map((size) => differencesToDrop(size, size, 0.95) ?? 0)
    const steps = dropped.slice(1).map((count, index) => count - (dropped[index] ?? 0))
    expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(2)
  })

  it('survives the largest number of rounds that can be asked for', () => {
    expect(differencesToDrop(1000, 1000, 0.95)).toBeGreaterThan(470_000)
  })

  it('has no interval, and no value, without values on one side', () => {
    const nothing = { value: Number.NaN, low: null, high: null, rounds: 0 }
    expect([shiftEstimate([], [1, 2]), shiftEstimate([1], [])]).toEqual([nothing, nothing])
  })

  it('contains its own estimate, follows a shift, and turns its sign with the samples', () => {
    fc.assert(
      fc.property(samples, samples, finite, (own, other, shift) => {
        const plain = shiftEstimate(own, other)
        const turned = shiftEstimate(other, own)
        const moved = shiftEstimate(own.map((value) => value + shift).reverse(), other)
        expect(turned.value).toBeCloseTo(-plain.value, 9)
        expect(moved.value).toBeCloseTo(plain.value + shift, 6)
        if (plain.low === null || plain.high === null) return
        expect(plain.low).toBeLessThanOrEqual(plain.value)
        expect(plain.high).toBeGreaterThanOrEqual(plain.value)
        expect([turned.low, turned.high]).toEqual(close([-plain.high, -plain.low]))
        expect(moved.low).toBeCloseTo(plain.low + shift, 6)
      }),
    )
  })

  it.each([
    [4, 4, 'normal', 1 - 2 / 70],
    [8, 12, 'normal', 0.95],
    [12, 12, 'normal', 0.95],
    [12, 12, 'heavy tails', 0.95],
  ] as const)('of %i against %i values (%s) covers the truth as often as it says', (n, m, shape, level) => {
    const normal = normalSource(seededRandom(100 * n + m))
    const draw = () => (shape === 'normal' ? normal() : normal() / Math.max(Math.abs(normal()), 0.05))
    const trials = 4000
    let covered = 0
    for (let trial = 0; trial < trials; trial++) {
      const own = Array.from({ length: n }, () => draw() + 3)
      const { low, high } = shiftEstimate(own, Array.from({ length: m }, draw))
      if (low !== null && high !== null && low <= 3 && high >= 3) covered += 1
    }
    expect(Math.abs(covered / trials - level)).toBeLessThan(0.015)
  })
})

describe('rankSumProbability', () => {
  it.each(cases)('is that of scipy, case %#', ({ own, other, p }) => {
    expect(rankSumProbability(own, other)).toBeCloseTo(p, 12)
  })

  it.each(ties)('agrees with all divisions enumerated where ties occur, case %#', ({ own, other, p }) => {
    expect(rankSumProbability(own, other)).toBeCloseTo(p, 12)
  })

  it('says nothing without values, or where all are equal', () => {
    const many = new Array<number>(60).fill(7)
    expect([rankSumProbability([], [1]), rankSumProbability([], []), rankSumProbability(many, many)]).toEqual(
      [1, 1, 1],
    )
  })

  it('is a probability, the same for exchanged samples, other orders, opposite signs and other scales', () => {
    const whole = fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 10 })
    fc.assert(
      fc.property(whole, whole, (own, other) => {
        const p = rankSumProbability(own, other)
        expect(p).toBeGreaterThan(0)
        expect(p).toBeLessThanOrEqual(1)
        expect(rankSumProbability(other, own.toReversed())).toBeCloseTo(p, 12)
        const [turned, from] = [own, other].map((values) => values.map((value) => value * -8))
        expect(rankSumProbability(turned ?? [], from ?? [])).toBeCloseTo(p, 12)
      }),
    )
  })

  it('rejects a shift of zero exactly where the interval leaves it out', () => {
    const sample = fc.array(finite, { minLength: 5, maxLength: 12 })
    fc.assert(
      fc.property(sample, sample, (own, other) => {
        fc.pre(new Set([...own, ...other]).size === own.length + other.length)
        const { low, high } = shiftEstimate(own, other)
        fc.pre(low !== 0 && high !== 0)
        expect(rankSumProbability(own, other) <= 0.05).toBe((low ?? 0) > 0 || (high ?? 0) < 0)
      }),
    )
  })
})
