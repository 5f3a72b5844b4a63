import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/random.ts'
import { normalSource } from '../../../src/testing/normal.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { advice, difference } from './difference.ts'

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
    advice({ rounds: pilot(between, within), processMs: 2000 }).map(({ what, measured }) => [what, measured]),
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
    const [quick] = advice({ rounds: pilot(0.02, 0.03), processMs: 2000 })
    expect(quick?.sentence).toMatch(
      /^A quick run \(\d+ rounds\) has intervals of about ±[\d.]+ % here: it finds/,
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
    expect(advice({ rounds: [[[1], [Number.NaN]]], processMs: 1 })).toMatchObject([{ what: 'not measured' }])
  })
})
