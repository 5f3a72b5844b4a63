import { describe, expect, it } from 'vitest'
import { hasConverged } from './warm-up.ts'

describe('a warm-up', () => {
  it('has converged when the cost no longer falls', () => {
    expect(hasConverged([90, 60, 55, 50, 40, 41, 40, 39, 40, 41, 40, 39])).toBe(true)
  })

  it('goes on while the cost falls, and while there is too little to tell', () => {
    expect(hasConverged([90, 80, 75, 70, 65, 60, 55, 50])).toBe(false)
    expect(hasConverged([40, 40, 40, 40, 40, 40, 40])).toBeNull()
  })

  it('is not kept going by a machine that becomes slower, or by one odd window', () => {
    expect(hasConverged([40, 40, 40, 40, 80, 80, 80, 80])).toBe(true)
    expect(hasConverged([40, 40, 200, 40, 40, 40, 20, 40])).toBe(true)
  })

  it('takes a fall of a twentieth for noise and a fall of a tenth for a fall', () => {
    expect(hasConverged([100, 100, 100, 100, 96, 96, 96, 96])).toBe(true)
    expect(hasConverged([100, 100, 100, 100, 90, 90, 90, 90])).toBe(false)
  })
})
