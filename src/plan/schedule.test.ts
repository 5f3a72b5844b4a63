import { describe, expect, it } from 'vitest'
import { arrivalTimes } from './schedule.ts'

const poisson = (ratePerSecond: number, milliseconds: number, seed = 1) =>
  arrivalTimes({ schedule: 'poisson', ratePerSecond, seed }, milliseconds)
const constant = (ratePerSecond: number, milliseconds: number) =>
  arrivalTimes({ schedule: 'constant', ratePerSecond, seed: 1 }, milliseconds)

describe('a constant schedule', () => {
  it('has equal gaps, the first one halved', () => {
    expect([...constant(100, 50)]).toEqual([5, 15, 25, 35, 45])
    expect([...constant(100, 45)]).toEqual([5, 15, 25, 35])
  })

  it('does not drift in a long window', () => {
    const times = constant(3, 1_000_000)
    expect(times).toHaveLength(3000)
    expect(times.at(-1)).toBeCloseTo(1_000_000 - 1000 / 6, 6)
  })

  it('holds nothing when half a gap is longer than the window', () => {
    expect(constant(1, 500)).toHaveLength(0)
    expect(constant(1, 501)).toHaveLength(1)
  })
})

describe('a Poisson schedule', () => {
  it('is the same for the same seed, and another for another', () => {
    expect([...poisson(50, 100)]).toMatchInlineSnapshot(`
      [
        16.814668890543924,
        44.85735997335033,
        88.89296734736743,
      ]
    `)
    expect(poisson(1000, 1000, 7)).toEqual(poisson(1000, 1000, 7))
    expect(poisson(1000, 1000, 8)).not.toEqual(poisson(1000, 1000, 7))
  })

  it('begins with the same times in a longer window', () => {
    const short = poisson(1000, 300)
    expect(poisson(1000, 900).subarray(0, short.length)).toEqual(short)
  })

  it('stays in the window and in order', () => {
    const times = poisson(20_000, 250)
    expect(times.every((time, index) => time >= (times[index - 1] ?? 0) && time < 250)).toBe(true)
  })

  it('has exponential gaps (Kolmogorov-Smirnov, p = 0.01)', () => {
    const gaps = [...poisson(1000, 20_000)].map((time, index, times) => time - (times[index - 1] ?? 0))
    gaps.sort((a, b) => a - b)
    const distance = gaps.map((gap, index) =>
      Math.max(
        Math.abs(1 - Math.exp(-gap) - index / gaps.length),
        Math.abs(1 - Math.exp(-gap) - (index + 1) / gaps.length),
      ),
    )
    expect(Math.max(...distance)).toBeLessThan(1.628 / Math.sqrt(gaps.length))
  })

  it('has counts per interval whose variance equals their mean', () => {
    const times = poisson(1000, 20_000, 3)
    const counts = new Array<number>(2000).fill(0)
    for (const time of times) counts[Math.floor(time / 10)] = (counts[Math.floor(time / 10)] ?? 0) + 1
    const mean = times.length / counts.length
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length
    expect(mean).toBeGreaterThan(9.7)
    expect(mean).toBeLessThan(10.3)
    expect(variance / mean).toBeGreaterThan(0.9)
    expect(variance / mean).toBeLessThan(1.1)
  })
})

it.each([
  [0, 100],
  [-1, 100],
  [Number.NaN, 100],
  [Number.POSITIVE_INFINITY, 100],
  [100, 0],
  [100, Number.NaN],
  [100, Number.POSITIVE_INFINITY],
  [1e9, 1e9],
])('%d requests per second for %d ms are refused', (ratePerSecond, milliseconds) => {
  expect(() => poisson(ratePerSecond, milliseconds)).toThrow(
    expect.objectContaining({ code: 'ARRIVALS_INVALID' }),
  )
})

describe.each(['poisson', 'constant'] as const)('shares of a %s schedule', (schedule) => {
  it.each([1, 2, 3, 7])('of %i senders are together the whole, and no request is in two', (of) => {
    const whole = { schedule, ratePerSecond: 20_000, seed: 42 } as const
    const parts = Array.from({ length: of }, (_, index) => [
      ...arrivalTimes({ ...whole, share: { index, of } }, 250),
    ])
    expect(parts.flat().sort((one, other) => one - other)).toEqual([...arrivalTimes(whole, 250)])
    for (const part of parts) expect(part.length).toBeGreaterThan(0)
  })
})
