import { describe, expect, it } from 'vitest'
import { parseCpuList, planPinning } from './pinning.ts'

describe('pinning', () => {
  it('reads ranges and single processors', () => {
    expect(parseCpuList('0-3,8,10-11')).toEqual([0, 1, 2, 3, 8, 10, 11])
    expect(parseCpuList('')).toEqual([])
  })

  it('gives the server a core of its own on two cores and says who shares', () => {
    expect(planPinning([4, 6], true)).toEqual({
      server: 4,
      redis: 6,
      generator: 6,
      sentence: 'Server on core 4; Redis and generator share core 6.',
    })
  })

  it('gives everybody a core of their own on four', () => {
    expect(planPinning([0, 1, 2, 3], true)).toMatchObject({ server: 0, redis: 1, generator: 2 })
  })

  it.each([
    [planPinning([0], true), /one core/],
    [planPinning([0, 1], false), /no taskset/],
  ])('pins nothing where it cannot, and says why', (pinning, why) => {
    expect(pinning).toMatchObject({ server: null, redis: null, generator: null })
    expect(pinning.sentence).toMatch(why)
  })
})
