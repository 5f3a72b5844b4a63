import fc from 'fast-check'
import { expect, it } from 'vitest'
import { agreeing, best, offsetOf } from './clock.ts'

it('the truth lies within the bound, however the way there and back share the round trip', () => {
  fc.assert(
    fc.property(
      fc.record({
        trueOffset: fc.integer({ min: -1e11, max: 1e11 }),
        there: fc.integer({ min: 0, max: 1e6 }),
        back: fc.integer({ min: 0, max: 1e6 }),
      }),
      ({ trueOffset, there, back }) => {
        const before = 5e9
        const asked = before + there + trueOffset
        const { offsetUs, boundUs } = offsetOf(
          before,
          [Math.floor(asked / 1e6), asked - 1e6 * Math.floor(asked / 1e6)],
          before + there + back,
        )
        expect(Math.abs(offsetUs - trueOffset)).toBeLessThanOrEqual(boundUs + 1e-3)
      },
    ),
  )
})

it('a close sample is taken until it has aged more than a later one is worse', () => {
  const close = { offsetUs: 1, boundUs: 50, atUs: 0 }
  const later = (atUs: number) => ({ offsetUs: 2, boundUs: 100, atUs })
  expect(best([close, later(400_000)], 400_000)).toMatchObject({ offsetUs: 1, boundUs: 90 })
  expect(best([close, later(1_000_000)], 1_000_000)).toMatchObject({ offsetUs: 2, boundUs: 100 })
})

it('a clock that was set, or a machine that slept, ends what was known before', () => {
  const before = [
    { offsetUs: 1000, boundUs: 50, atUs: 0 },
    { offsetUs: 1020, boundUs: 60, atUs: 10 },
  ]
  const latest = { offsetUs: 51_000, boundUs: 400, atUs: 1_000_000 }
  expect(agreeing(before, latest)).toEqual([latest])
  const like = { offsetUs: 1100, boundUs: 80, atUs: 20 }
  expect(agreeing(before, like)).toEqual([...before, like])
})
