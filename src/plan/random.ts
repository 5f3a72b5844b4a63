/** Uniform in [0, 1). */
export type Random = () => number

/**
 * splitmix64's 32-bit cousin: spreads one seed over as many independent words as a generator's state needs.
 * Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; the 32-bit finaliser is
 * MurmurHash3's fmix32 (Appleby, public domain).
 */
function seedWords(seed: number, count: number): number[] {
  let state = seed >>> 0
  return Array.from({ length: count }, () => {
    state = (state + 0x9e37_79b9) >>> 0
    let word = state
    word = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b)
    word = Math.imul(word ^ (word >>> 13), 0xc2b2_ae35)
    return (word ^ (word >>> 16)) >>> 0
  })
}

const rotateLeft = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits))

/**
 * xoshiro128**: 32-bit words, period 2^128 - 1; the same sequence on every platform. Not for secrets.
 * Source: Blackman, Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021.
 * @param seed whole number; its low 32 bits count
 */
export function seededRandom(seed: number): Random {
  let [a = 0, b = 0, c = 0, d = 0] = seedWords(seed, 4)
  return () => {
    const word = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotateLeft(d, 11)
    return word / 0x1_0000_0000
  }
}

/** A new array in a random order, all orders equally likely (Fisher-Yates; Durstenfeld, CACM 7(7), 1964). */
export function shuffle<Item>(items: readonly Item[], random: Random): Item[] {
  const rest = [...items]
  return items.flatMap(() => rest.splice(Math.floor(random() * rest.length), 1))
}
