import { describe, expect, it } from 'vitest'
import { standardDeviation } from './deviation.ts'
import { roundsNeeded } from './rounds-needed.ts'

describe('roundsNeeded', () => {
  it('gives the published counts for a spread of 3 %', () => {
    expect([0.02, 0.01].map((halfWidth) => roundsNeeded(0.03, halfWidth))).toEqual([11, 44])
  })

  it('never asks for fewer rounds than an interval needs', () => {
    expect(roundsNeeded(0.001, 0.05)).toBe(6)
  })

  it('takes the deviation of a sample', () => {
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.138, 3)
    expect(standardDeviation([3])).toBe(0)
  })
})
