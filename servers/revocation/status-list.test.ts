import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRevoked, packStatusList, redisBit, unpackStatusList } from './status-list.ts'

describe('the examples of draft-ietf-oauth-status-list', () => {
  it('section 4.1: sixteen tokens', async () => {
    const bits = Uint8Array.of(0xb9, 0xa3)
    expect(await packStatusList(bits)).toBe('eNrbuRgAAhcBXQ')
    expect(await unpackStatusList('eNrbuRgAAhcBXQ', 2)).toEqual(Buffer.from(bits))
    const revoked = Array.from({ length: 16 }, (_, index) => Number(isRevoked(bits, index)))
    expect(revoked).toEqual([1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1])
  })

  it('appendix C.1: a million tokens', async () => {
    const revoked = [0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345]
    const bits = bitsWith(2 ** 20, revoked)
    const packed =
      `eNrt3AENwCAMAEGogklACtKQPg9LugC9k_ACvreiogEAAKkeCQAAAAAAAAAAAAAAAAAAAIBylgQAAAAAAAAAAAAAAAAAAAAAAAAAA
      AAAAAAAAAAAAAAAAAAAAAAAAAAAXG9IAAAAAAAAAPwsJAAAAAAAAAAAAAAAvhsSAAAAAAAAAAAA7KpLAAAAAAAAAAAAAAAAAAAAAJ
      sLCQAAAAAAAAAAADjelAAAAAAAAAAAKjDMAQAAAACAZC8L2AEb`.replaceAll(/\s/g, '')
    expect(await unpackStatusList(packed, 2 ** 17)).toEqual(Buffer.from(bits))
    // Another compressor may find other words for the same bits.
    expect(await unpackStatusList(await packStatusList(bits), 2 ** 17)).toEqual(Buffer.from(bits))
  })
})

describe('a status list', () => {
  it('says of every place what it was told, over Redis too', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 99 })), (revoked) => {
        const bits = bitsWith(104, revoked)
        for (let index = 0; index < 104; index++) expect(isRevoked(bits, index)).toBe(revoked.includes(index))
      }),
    )
  })

  it.each([16, 17, 2 ** 32, 2 ** 32 + 8, Number.MAX_SAFE_INTEGER])(
    'has no place %d when it has 16',
    (index) => {
      expect(isRevoked(Uint8Array.of(0, 0), index)).toBeNull()
    },
  )

  it.each([
    ['no zlib format', Buffer.from('not zlib').toString('base64url'), 100],
    ['cut short', 'eNrbuRgAAhc', 100],
    ['wrong checksum', 'eNrbuRgAAhcBXg', 100],
    ['nothing', '', 100],
  ])('is not taken from %s', async (_what, lst, maxBytes) => {
    expect(await unpackStatusList(lst, maxBytes)).toBeNull()
  })

  it('is not unpacked past its size', async () => {
    const bomb = await packStatusList(new Uint8Array(1_000_000))
    expect(bomb.length).toBeLessThan(2000)
    expect(await unpackStatusList(bomb, 131_072)).toBeNull()
  })
})

/** As Redis would have them, set one by one: SETBIT counts from the most significant bit of a byte. */
function bitsWith(size: number, revoked: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(size / 8)
  for (const offset of revoked.map(redisBit)) {
    const index = Math.floor(offset / 8)
    bytes[index] = (bytes[index] ?? 0) | (0x80 >>> (offset % 8))
  }
  return bytes
}
