import { describe, expect, it } from 'vitest'
import { seededRandom, shuffle } from './random.ts'

const take = (count: number, seed: number) => {
  const random = seededRandom(seed)
  return Array.from({ length: count }, random)
}

describe('seededRandom', () => {
  it('gives the same sequence for the same seed, on every platform', () => {
    expect(take(4, 42).map((value) => value * 0x1_0000_0000)).toMatchInlineSnapshot(`
      [
        2837322924,
        544945897,
        479756282,
        3500138142,
      ]
    `)
    expect(take(3, 0).map((value) => value * 0x1_0000_0000)).toMatchInlineSnapshot(`
      [
        3809008728,
        1133695204,
        53579671,
      ]
    `)
  })

  it('gives unrelated sequences for neighbouring seeds', () => {
    const [first, second] = [take(2000, 1), take(2000, 2)]
    const mean =
      first.reduce((sum, value, index) => sum + (value - 0.5) * ((second[index] ?? 0) - 0.5), 0) / 2000
    expect(Math.abs(mean * 12)).toBeLessThan(0.07)
  })

  it('is uniform in [0, 1)', () => {
    const counts = new Array<number>(10).fill(0)
    for (const value of take(20_000, 7)) {
      expect(value).toBeGreaterThanOrEqual(0)
      expect(value).toBeLessThan(1)
      const bin = Math.floor(value * 10)
      counts[bin] = (counts[bin] ?? 0) + 1
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)
    expect(chiSquare).toBeLessThan(27.9)
  })
})

describe('shuffle', () => {
  it('returns every item once and leaves its argument alone', () => {
    const items = Object.freeze(['a', 'b', 'c', 'd', 'e', 'f'])
    const shuffled = shuffle(items, seededRandom(42))
    expect(shuffled.join('')).toMatchInlineSnapshot(`"dabfce"`)
    expect([...shuffled].sort()).toEqual([...items])
  })

  it('makes all orders equally likely', () => {
    const random = seededRandom(3)
    const counts = new Map<string, number>()
    for (let trial = 0; trial < 6000; trial++) {
      const order = shuffle(['a', 'b', 'c'], random).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })
})
