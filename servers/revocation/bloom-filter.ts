/** A set that takes a few bits for each id. `has` may be true for an id that was never added, never false for one that was. */
export interface BloomFilter {
  add(id: string): void
  has(id: string): boolean
}

interface Bits extends BloomFilter {
  readonly capacity: number
  readonly falsePositives: number
}

/**
 * Never full: past its capacity another filter takes over, twice as large and half as often wrong, so that all of them
 * together are wrong at most twice as often as the first (Almeida et al. 2007, Scalable Bloom Filters).
 * @param capacity ids in the first filter
 * @param falsePositives share of foreign ids that the first one takes for its own, once it is full
 */
export function growingBloomFilter(capacity: number, falsePositives: number): BloomFilter {
  let newest = bits(capacity, falsePositives)
  const filters = [newest]
  let room = capacity
  const has = (id: string) => filters.some((filter) => filter.has(id))

  return {
    has,
    add(id) {
      // An id that is told twice takes no room twice.
      if (has(id)) return
      if (room === 0) {
        newest = bits(newest.capacity * 2, newest.falsePositives / 2)
        filters.push(newest)
        room = newest.capacity
      }
      newest.add(id)
      room--
    },
  }
}

/** Size and number of hashes for which a full filter is smallest (Bloom 1970): n ln(1/p) / ln(2)^2 bits, log2(1/p) hashes. */
export function bloomSize(capacity: number, falsePositives: number): { bits: number; hashes: number } {
  return {
    bits: Math.ceil((capacity * -Math.log(falsePositives)) / Math.LN2 ** 2),
    hashes: Math.round(-Math.log2(falsePositives)),
  }
}

function bits(capacity: number, falsePositives: number): Bits {
  const size = bloomSize(capacity, falsePositives)
  const words = new Uint32Array(Math.ceil(size.bits / 32))

  /** Sets the bits of an id, or tells whether all of them are set. */
  function visit(id: string, set: boolean): boolean {
    const [first, step] = twoHashes(id)
    // The i-th hash is first + i * step (Kirsch and Mitzenmacher 2006); as doubles these sums stay exact.
    for (let hash = first, left = size.hashes; left > 0; hash += step, left--) {
      const bit = hash % size.bits
      const word = words[bit >>> 5] ?? 0
      if (set) words[bit >>> 5] = word | (1 << (bit & 31))
      else if ((word & (1 << (bit & 31))) === 0) return false
    }
    return true
  }

  return {
    capacity,
    falsePositives,
    add: (id) => void visit(id, true),
    has: (id) => visit(id, false),
  }
}

/**
 * Two independent 32-bit hashes, by multiplication (Fowler, Noll, Vo) and the last step of MurmurHash3. No
 * cryptography: ids are signed, so that nobody else chooses them, and a collision costs one question to Redis.
 */
function twoHashes(id: string): readonly [number, number] {
  let first = 0x811c9dc5
  let second = 0x9e3779b9
  for (let index = 0; index < id.length; index++) {
    const code = id.charCodeAt(index)
    first = Math.imul(first ^ code, 0x01000193)
    second = Math.imul(second ^ code, 0x5bd1e995)
  }
  return [finish(first), finish(second)]
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
