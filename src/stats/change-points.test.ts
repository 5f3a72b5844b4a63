import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../plan/random.ts'
import { normalSource } from '../testing/normal-numbers.ts'
import { changePoints, steps } from './change-points.ts'

/** Levels, each for so many runs, with a noise of 3 %. */
function series(seed: number, ...levels: readonly (readonly [level: number, runs: number])[]): number[] {
  const normal = normalSource(seededRandom(seed))
  return levels.flatMap(([level, runs]) => Array.from({ length: runs }, () => level * (1 + 0.03 * normal())))
}
const SEEDS = Array.from({ length: 100 }, (_, seed) => seed)
const placesIn = (values: readonly number[]) => changePoints(values).map(({ index }) => index)

describe('changePoints', () => {
  it('finds nothing where only noise is', () => {
    const wrong = SEEDS.filter((seed) => placesIn(series(seed, [50, 60])).length > 0)
    expect(wrong.length).toBeLessThanOrEqual(1)
  })

  it('finds a level that rose by 10 %, where it rose', () => {
    const found = SEEDS.filter((seed) => {
      const [place, ...others] = placesIn(series(seed, [50, 30], [55, 10]))
      return place !== undefined && Math.abs(place - 30) <= 2 && others.length === 0
    })
    expect(found.length).toBeGreaterThanOrEqual(90)
  })

  it('finds a level that was there for a while, at both of its ends', () => {
    expect(placesIn(series(3, [50, 20], [70, 12], [50, 20]))).toEqual([20, 32])
  })

  it('takes fewer than five values for outliers, and five for a level', () => {
    const steady = Array.from({ length: 20 }, (_, index) => 50 + (index % 3))
    expect(placesIn([...steady, 90, 91, 92, 93])).toEqual([])
    expect(placesIn([...steady, 90, 91, 92, 93, 94])).toEqual([20])
    expect(placesIn([...steady.slice(0, 10), 500, ...steady.slice(10)])).toEqual([])
  })

  it('takes a short history for what it is', () => {
    for (const count of [0, 1, 5, 9]) expect(placesIn(series(1, [50, count]))).toEqual([])
    expect(placesIn([...series(1, [50, 5]), ...series(2, [500, 5])])).toEqual([])
  })

  it('knows no unit, and names places inside of the series, each once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 }), (values) => {
        const places = placesIn(values)
        expect(placesIn(values.map((value) => 7 + value / 8))).toEqual(places)
        const apart = places.map((place, index) => place - (places[index - 1] ?? 0))
        expect(apart.every((distance) => distance >= 5)).toBe(true)
        expect(places.every((place) => place <= values.length - 5)).toBe(true)
      }),
    )
  })

  it('is the same for values that are all equal', () => {
    expect(placesIn(Array.from({ length: 40 }, () => 7))).toEqual([])
  })
})

it('steps are every change of a count', () => {
  expect(steps([1, 1, 2, 2, 1]).map(({ index }) => index)).toEqual([2, 4])
  expect(steps([])).toEqual([])
})
