import assert from 'node:assert/strict'
import { deflateRawSync } from 'node:zlib'

/** ASVS 7.2.3. */
const MIN_BITS = 128
/** Standard deviations: one false alarm in 1.7 million for each bit that is looked at. */
const LIMIT = 5
/** Bytes that are random do not get shorter. */
const MIN_COMPRESSED = 0.99

/**
 * No two alike, and at least 128 bits that vary freely: each is set in half of the credentials (monobit), all of
 * them together too, and they cannot be compressed. A fixed or signed frame around the random part is allowed.
 */
export function assertRandom(credentials: readonly string[]): void {
  assert.equal(new Set(credentials).size, credentials.length, 'no credential comes twice')
  const parts = columns(credentials.map((credential) => credential.split(/[.~*]/)))
  const best = parts.map(freeBytes).toSorted((a, b) => b.bits - a.bits)[0]
  assert.ok(best !== undefined && best.bits >= MIN_BITS, `${best?.bits ?? 0} bits vary freely`)
  const compressed = deflateRawSync(best.bytes).length / best.bytes.length
  assert.ok(compressed >= MIN_COMPRESSED, `they compress to ${Math.round(compressed * 100)} %`)
}

/** The same segment of every credential. */
function columns(rows: readonly (readonly string[])[]): string[][] {
  return (rows[0] ?? []).map((_, index) => rows.map((row) => row[index] ?? ''))
}

interface FreeBytes {
  readonly bits: number
  /** Those bytes of all credentials all bits of which vary freely. */
  readonly bytes: Buffer
}

function freeBytes(segments: readonly string[]): FreeBytes {
  const decoded = segments.map((segment) => Buffer.from(segment, 'base64url'))
  const length = Math.min(...lengthsOf(decoded))
  const ones = new Uint32Array(8 * length)
  for (const bytes of decoded) {
    for (let bit = 0; bit < ones.length; bit++) {
      ones[bit] = (ones[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1)
    }
  }
  const limit = (LIMIT * Math.sqrt(decoded.length)) / 2
  const isFree = (place: number) =>
    ones.subarray(8 * place, 8 * place + 8).every((count) => Math.abs(count - decoded.length / 2) <= limit)
  const places = Array.from({ length }, (_, place) => place).filter(isFree)
  const bytes = Buffer.concat(decoded.map((one) => Buffer.from(places.map((place) => one[place] ?? 0))))
  return { bits: places.length * 8, bytes }
}

const lengthsOf = (decoded: readonly Buffer[]) => new Set(decoded.map((bytes) => bytes.length))
