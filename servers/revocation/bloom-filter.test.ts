import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newTokenId } from '../tokens/claims.ts'
import { bloomSize, growingBloomFilter } from './bloom-filter.ts'

const anyId = fc.oneof(fc.string(), fc.base64String({ maxLength: 24 }), fc.nat().map(String))

describe('a Bloom filter', () => {
  it('is as large as the formulas say', () => {
    expect(bloomSize(100_000, 0.001)).toEqual({ bits: 1_437_759, hashes: 10 })
    expect(bloomSize(1_000_000, 0.01)).toEqual({ bits: 9_585_059, hashes: 7 })
  })

  it('knows every id that it was told, of whatever shape, past its capacity too', () => {
    fc.assert(
      fc.property(fc.array(anyId, { maxLength: 200 }), (ids) => {
        const filter = growingBloomFilter(16, 0.01)
        ids.forEach(filter.add)
        expect(ids.filter((id) => !filter.has(id))).toEqual([])
      }),
    )
  })

  it('knows nothing at first', () => {
    const filter = growingBloomFilter(100, 0.01)
    expect(Array.from({ length: 1000 }, newTokenId).some(filter.has)).toBe(false)
  })

  it.each([
    ['random ids', newTokenId, 1000, 1],
    ['consecutive numbers', counter(), 1000, 1],
    ['random ids, when it has grown threefold', newTokenId, 3000, 2],
  ])('is wrong about as often as it may be: %s', (_what, next, entries, factor) => {
    const rate = 0.01
    const probes = 20_000
    const filter = growingBloomFilter(1000, rate)
    for (let entry = 0; entry < entries; entry++) filter.add(next())
    let wrong = 0
    for (let probe = 0; probe < probes; probe++) if (filter.has(next())) wrong++
    // Five standard deviations of 200, and a filter that is too good has a mistake, too.
    expect(wrong).toBeLessThan(factor * 271)
    expect(wrong).toBeGreaterThan(factor * 65)
  })
})

function counter(): () => string {
  let next = 0
  return () => `id-${next++}`
}
