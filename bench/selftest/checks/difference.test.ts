import { describe, expect, it } from 'vitest'
import { PROFILES } from '../../../src/plan/profiles.ts'
import { seededRandom } from '../../../src/plan/random.ts'
import { expectedHalfWidth } from '../../../src/stats/expected-half-width.ts'
import { ratioEstimate } from '../../../src/stats/paired.ts'
import { sharedVarianceComponents } from '../../../src/stats/variance-components.ts'
import { normalSource } from '../../../src/testing/normal-numbers.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { advice, difference, REACH } from './difference.ts'

/** Logarithms of costs with these standard deviations. */
function pilot(between: number, within: number) {
  const normal = normalSource(seededRandom(1))
  return Array.from({ length: 4 }, () =>
    Array.from({ length: 3 }, () => {
      const own = Math.log(50) + between * normal()
      return Array.from({ length: 8 }, () => own + within * normal())
    }),
  )
}
const figures = (between: number, within: number) =>
  Object.fromEntries(
    advice({ rounds: pilot(between, within), processMs: 2000, seconds: 15 }).map(({ what, measured }) => [
      what,
      measured,
    ]),
  )

describe('the smallest difference', () => {
  it('is larger in a short run than in a long one, and grows with the noise', () => {
    const { quick, ci } = figures(0.02, 0.03)
    const noisy = figures(0.06, 0.03)
    expect(ci).toBeLessThan(quick ?? 0)
    expect(noisy.ci).toBeGreaterThan(2 * (ci ?? Number.NaN))
  })

  it('advises more windows where windows differ more than processes', () => {
    const few = figures(0.05, 0.02)
    const many = figures(0.01, 0.08)
    expect(few.windows).toBeLessThan(many.windows ?? 0)
  })

  it('is told in words', () => {
    const [quick] = advice({ rounds: pilot(0.02, 0.03), processMs: 2000, seconds: 15 })
    expect(quick?.sentence).toMatch(
      /^In a quick run \(\d+ rounds\) two copies of the same server may differ by [\d.]+ %, in 1 of 20 runs by more than/,
    )
  })

  it('never fails, also when the pilot does', async () => {
    expect(await difference.run(fakeContext())).toMatchObject([
      {
        what: 'not measured',
        passed: true,
        tolerance: null,
        sentence: expect.stringContaining('no generator'),
      },
    ])
    expect(advice({ rounds: [[[1], [Number.NaN]]], processMs: 1, seconds: 1 })).toMatchObject([
      { what: 'not measured' },
    ])
  })
})

describe('what is promised of a run', () => {
  const reachOf = ({ low, high }: { readonly low: number | null; readonly high: number | null }) =>
    Math.max(Math.abs(Math.log(low ?? Number.NaN)), Math.abs(Math.log(high ?? Number.NaN)))

  it.each([
    ['quick', 0.02, 0.058],
    ['quick', 0.05, 0.05],
    ['ci', 0.02, 0.058],
    ['ci', 0.05, 0.05],
  ] as const)(
    '%s: A/A intervals reach no further in 19 of 20 runs (processes %d, windows %d)',
    (profile, between, within) => {
      const { rounds, slicesPerRound, sliceMs } = PROFILES[profile]
      const normal = normalSource(seededRandom(11))
      const mean = (windows: number, spread: number) => {
        const own = between * normal()
        return own + (spread * normal()) / Math.sqrt(windows)
      }
      const RUNS = 400
      let [inside, usual] = [0, 0]
      for (let run = 0; run < RUNS; run++) {
        const components = sharedVarianceComponents(
          Array.from({ length: 4 }, () =>
            Array.from({ length: 3 }, () => {
              const own = between * normal()
              return Array.from({ length: 8 }, () => own + within * normal())
            }),
          ),
        )
        if (components === null) throw new Error('no components')
        const shorter = 100 / sliceMs
        const halfWidth = expectedHalfWidth(
          { ...components, within: components.within * shorter },
          slicesPerRound,
          rounds,
        )
        const spread = within * Math.sqrt(shorter)
        const differences = Array.from(
          { length: rounds },
          () => mean(slicesPerRound, spread) - mean(slicesPerRound, spread),
        )
        const reach = reachOf(ratioEstimate(differences)) / (halfWidth ?? Number.NaN)
        if (reach <= REACH[profile].most) inside += 1
        if (reach <= REACH[profile].usual) usual += 1
      }
      expect(inside / RUNS).toBeGreaterThanOrEqual(0.93)
      expect(usual / RUNS).toBeGreaterThan(0.4)
      expect(usual / RUNS).toBeLessThan(0.65)
    },
  )

  /** Of results/calibration.md: components over all rounds, and the widest A/A interval of 18 runs. */
  it('holds for the runs of the calibration', () => {
    const halfWidth = expectedHalfWidth({ between: 0.02 ** 2, within: 0.058 ** 2 }, 12, 16) ?? 0
    expect(REACH.ci.most * halfWidth).toBeGreaterThan(Math.log(1 + 0.012 + 0.027))
  })
})
