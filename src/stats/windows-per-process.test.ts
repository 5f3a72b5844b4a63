import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowsPerProcess } from './windows-per-process.ts'

const positive = fc.double({ min: 0.001, max: 1000, noNaN: true })

describe('windowsPerProcess', () => {
  it('advises one window where a restart costs no more and processes differ as much as windows', () => {
    expect(windowsPerProcess({ within: 1, between: 1 }, { process: 5, window: 5 }, 100)).toBe(1)
  })

  it('rounds the optimum up', () => {
    const costs = { process: 20, window: 3 }
    expect(windowsPerProcess({ within: 0.72667, between: 0.26278 }, costs, 100)).toBe(5)
  })

  it('spends the time where it narrows the interval most', () => {
    fc.assert(
      fc.property(positive, positive, positive, positive, (within, between, process, window) => {
        const windows = windowsPerProcess({ within, between }, { process, window }, Number.POSITIVE_INFINITY)
        const varianceForTime = (count: number) => (between + within / count) * (process + window * count)
        const enough = windows * (1 + 1e-9)
        expect(varianceForTime(enough + 1)).toBeGreaterThan(varianceForTime(enough))
        if (windows > 2) expect(varianceForTime(windows - 1)).toBeLessThan(varianceForTime(windows - 2))
      }),
    )
  })

  it('stops at what the caller can afford where processes do not differ or windows are free', () => {
    expect(windowsPerProcess({ within: 1, between: 0 }, { process: 1, window: 1 }, 40)).toBe(40)
    expect(windowsPerProcess({ within: 1, between: 1 }, { process: 1, window: 0 }, 40)).toBe(40)
    expect(windowsPerProcess({ within: 1, between: 1 }, { process: 1e9, window: 1 }, 40)).toBe(40)
  })

  it('is one where windows hardly differ, do not differ, or a process is free', () => {
    expect(windowsPerProcess({ within: 1e-320, between: 1e10 }, { process: 1, window: 1 }, 40)).toBe(1)
    expect(windowsPerProcess({ within: 0, between: 0 }, { process: 1, window: 1 }, 40)).toBe(1)
    expect(windowsPerProcess({ within: 0, between: 1 }, { process: 1, window: 0 }, 40)).toBe(1)
    expect(windowsPerProcess({ within: 1, between: 0 }, { process: 0, window: 1 }, 40)).toBe(1)
  })
})
