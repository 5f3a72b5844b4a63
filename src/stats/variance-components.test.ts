import { describe, expect, it } from 'vitest'
import { seededRandom } from '../plan/random.ts'
import { normalSource } from '../testing/normal-numbers.ts'
import sharedCases from './fixtures/shared-variance-components.json' with { type: 'json' }
import cases from './fixtures/variance-components.json' with { type: 'json' }
import { sharedVarianceComponents, varianceComponents } from './variance-components.ts'

const list = <Item>(length: number, item: (index: number) => Item) =>
  Array.from({ length }, (_, index) => item(index))

describe('varianceComponents', () => {
  it('gives the figures of the worked example of Kalibera and Jones', () => {
    const components = varianceComponents([
      [9, 5, 8, 3],
      [10, 6, 7, 11],
      [1, 12, 2, 4],
    ])
    expect([components?.within.toFixed(1), components?.between.toFixed(1)]).toEqual(['12.7', '0.4'])
  })

  it.each(cases)('agrees with the analysis of variance of scipy, case %#', ({ values, within, between }) => {
    const components = varianceComponents(values)
    expect((components?.within ?? 0) / within).toBeCloseTo(1, 9)
    expect(components?.between).toBeCloseTo(between, 12)
  })

  it.each([
    ['no process', []],
    ['one process', [[1, 2, 3]]],
    ['one window', [[1], [2]]],
    ['a process with a window less', [[1, 2], [3]]],
    [
      'the logarithm of zero',
      [
        [1, Number.NEGATIVE_INFINITY],
        [1, 2],
      ],
    ],
  ])('says nothing of %s', (_, values) => {
    expect([varianceComponents(values), sharedVarianceComponents([values])]).toEqual([null, null])
  })
})

describe('sharedVarianceComponents', () => {
  it.each(sharedCases)('agrees with two least-squares fits, case %#', ({ rounds, within, between }) => {
    const components = sharedVarianceComponents(rounds)
    expect((components?.within ?? 0) / within).toBeCloseTo(1, 9)
    expect(components?.between).toBeCloseTo(between, 12)
  })

  it('says nothing of no rounds, and of rounds of different shapes', () => {
    const [small, large] = [2, 3].map((size) => list(size, () => [1, 2]))
    expect(sharedVarianceComponents([])).toBeNull()
    expect(sharedVarianceComponents([small ?? [], large ?? []])).toBeNull()
  })

  it('does not see what all processes of a round share', () => {
    const normal = normalSource(seededRandom(5))
    const rounds = list(4, () => list(3, () => list(6, normal)))
    const shaken = rounds.map((round, index) => {
      const machine = list(6, () => 100 * normal())
      return round.map((process) => process.map((value, window) => value + index + (machine[window] ?? 0)))
    })
    const [plain, shared] = [sharedVarianceComponents(rounds), sharedVarianceComponents(shaken)]
    expect(shared?.within).toBeCloseTo(plain?.within ?? 0, 9)
    expect(shared?.between).toBeCloseTo(plain?.between ?? 0, 9)
  })

  it.each([2, 4])('finds on average the variances that %i processes were made with', (processes) => {
    const normal = normalSource(seededRandom(processes))
    const rounds = list(3000, () => {
      const machine = list(4, () => 5 * normal())
      return list(processes, () => {
        const process = 3 * normal()
        return machine.map((shared) => shared + process + 2 * normal())
      })
    })
    const components = sharedVarianceComponents(rounds)
    expect(Math.abs((components?.within ?? 0) / 4 - 1)).toBeLessThan(0.06)
    expect(Math.abs((components?.between ?? 0) / 9 - 1)).toBeLessThan(0.08)
  })
})
