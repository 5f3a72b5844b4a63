import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawMembers } from './population.ts'
import { seededRandom } from './random.ts'

const draw = (popularity: 'cycle' | 'uniform' | 'zipf', size: number, count: number, seed = 1) =>
  drawMembers(popularity, size, count, seededRandom(seed))

function timesDrawn(members: readonly number[], size: number): number[] {
  const times = new Array<number>(size).fill(0)
  for (const member of members) times[member] = (times[member] ?? 0) + 1
  return times
}

/** Pearson's statistic; its mean is the number of members less one, its standard deviation the root of twice that. */
const chiSquared = (times: readonly number[], expected: (member: number) => number): number =>
  times.reduce((sum, count, member) => sum + (count - expected(member)) ** 2 / expected(member), 0)

describe('drawMembers', () => {
  it('stays inside the population, and is the same for the same seed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('cycle' as const, 'uniform' as const, 'zipf' as const),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 2 ** 31 }),
        (popularity, size, count, seed) => {
          const members = draw(popularity, size, count, seed)
          expect(members.length).toBe(count)
          expect(members.every((member) => Number.isInteger(member) && member >= 0 && member < size)).toBe(
            true,
          )
          expect(draw(popularity, size, count, seed)).toEqual(members)
        },
      ),
    )
  })

  it('asks everybody in turn', () => {
    expect(draw('cycle', 3, 7)).toEqual([0, 1, 2, 0, 1, 2, 0])
  })

  it('draws everybody equally often', () => {
    const times = timesDrawn(draw('uniform', 50, 50_000), 50)
    expect(chiSquared(times, () => 1000)).toBeLessThan(49 + 4 * Math.sqrt(2 * 49))
  })

  it('draws the k-th member with a chance of 1/k over the harmonic number', () => {
    const size = 50
    const harmonic = Array.from({ length: size }, (_, index) => 1 / (index + 1)).reduce((a, b) => a + b)
    const count = 50_000
    const times = timesDrawn(draw('zipf', size, count), size)
    expect(chiSquared(times, (member) => count / (member + 1) / harmonic)).toBeLessThan(
      49 + 4 * Math.sqrt(2 * 49),
    )
  })

  it('takes a million members', () => {
    const members = draw('zipf', 1_000_000, 20_000)
    // H(10,000) / H(1,000,000) = 0.680: what an ideal cache of 10,000 entries could serve.
    const among = members.filter((member) => member < 10_000).length / members.length
    expect(among).toBeGreaterThan(0.66)
    expect(among).toBeLessThan(0.7)
  })
})
