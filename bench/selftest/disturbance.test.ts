import { describe, expect, it } from 'vitest'
import { disturbanceBetween, isDisturbed, ownTimeOf } from './disturbance.ts'

const at = (totalUs: number, busyUs: number, stealUs: number, ownUs: number) => ({
  machine: { totalUs, busyUs, stealUs },
  ownUs,
})

describe('disturbance', () => {
  it('counts the ended children with the process, whatever its name is', () => {
    const stat = `12 (a ) (b) R 1 12 12 0 -1 4194304 5 6 7 8 100 20 3000 400 20 0 9 0 1`
    expect(ownTimeOf(stat)).toBe((100 + 20 + 3000 + 400) * 10_000)
  })

  it('is what others had, as shares of the whole machine', () => {
    const before = at(1_000_000, 100_000, 0, 50_000)
    const after = at(3_000_000, 1_100_000, 100_000, 550_000)
    expect(disturbanceBetween(before, after)).toEqual({ steal: 0.05, foreign: 0.2 })
  })

  it('is never below zero, and nothing where the system does not tell', () => {
    expect(disturbanceBetween(at(0, 0, 0, 0), at(1000, 100, 0, 500))).toEqual({ steal: 0, foreign: 0 })
    expect(disturbanceBetween({ machine: null, ownUs: null }, at(1000, 100, 0, 500))).toBeNull()
    expect(disturbanceBetween(at(5, 0, 0, 0), at(5, 0, 0, 0))).toBeNull()
  })

  it('excuses nothing on a machine that is quiet enough', () => {
    expect(isDisturbed({ steal: 0.01, foreign: 0.1 })).toBe(false)
    expect(isDisturbed({ steal: 0.011, foreign: 0 })).toBe(true)
    expect(isDisturbed({ steal: 0, foreign: 0.11 })).toBe(true)
  })
})
