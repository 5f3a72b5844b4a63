import { expect, test } from 'vitest'
import { sessionCache } from './cache.ts'

const always = () => true

test('keeps the entries that were used last', async () => {
  const cache = sessionCache<number>(3, always)
  for (const [key, value] of Object.entries({ a: 1, b: 2, c: 3 })) await cache.read(key, async () => value)
  cache.find('a')
  await cache.read('d', async () => 4)
  expect(['a', 'b', 'c', 'd'].map((key) => cache.find(key))).toEqual([1, undefined, 3, 4])
  await cache.read('e', async () => 5)
  expect(['a', 'c', 'd', 'e'].map((key) => cache.find(key))).toEqual([undefined, 3, 4, 5])
})

test('never holds more than its capacity, whatever comes and goes', async () => {
  const cache = sessionCache<number>(10, always)
  for (let round = 0; round < 1000; round++) {
    await cache.read(`key ${(round * 7) % 31}`, async () => round)
    if (round % 5 === 0) cache.drop(`key ${round % 31}`)
    if (round % 100 === 0) cache.clear()
    expect(cache.use().entries).toBeLessThanOrEqual(10)
  }
  expect(cache.use().entries).toBeGreaterThan(5)
})

test('counts what it found usable, and all else as missed', async () => {
  let usable = true
  const cache = sessionCache<number>(3, () => usable)
  cache.find('a')
  await cache.read('a', async () => 1)
  cache.find('a')
  usable = false
  expect(cache.find('a')).toBeUndefined()
  expect(cache.use()).toEqual({ hits: 1, misses: 2, entries: 1 })
})

test.each([
  ['dropped', (cache: ReturnType<typeof sessionCache<number>>) => cache.drop('a')],
  ['dropped with others', (cache) => cache.dropWhere((entry) => entry === 99)],
  ['cleared', (cache) => cache.clear()],
] satisfies [string, (cache: ReturnType<typeof sessionCache<number>>) => void][])(
  'an answer that is on its way while its key is %s is given back, but not kept',
  async (_what, drop) => {
    const cache = sessionCache<number>(3, always)
    const { promise, resolve } = Promise.withResolvers<number>()
    const read = cache.read('a', () => promise)
    drop(cache)
    resolve(1)
    expect(await read).toBe(1)
    expect(cache.find('a')).toBeUndefined()
  },
)

test('a key that is always being asked for gets in: all its readers share one answer', async () => {
  const cache = sessionCache<number>(3, always)
  const answers: ((value: number) => void)[] = []
  const load = () => new Promise<number>((resolve) => answers.push(resolve))
  const readers = [cache.read('a', load), cache.read('a', load), cache.read('a', load)]
  expect(answers.length).toBe(1)
  answers[0]?.(1)
  expect(await Promise.all(readers)).toEqual([1, 1, 1])
  expect(cache.find('a')).toBe(1)
  const failing = [cache.read('b', () => Promise.reject(new Error('away'))), cache.read('b', load)]
  expect((await Promise.allSettled(failing)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await cache.read('b', async () => 2)).toBe(2)
})

test.each([
  ['first', [0, 1]],
  ['last', [1, 0]],
])(
  'whoever reads after a drop asks anew, and the older answer is not kept if it comes %s',
  async (_when, order) => {
    const cache = sessionCache<number>(3, always)
    const answers: ((value: number) => void)[] = []
    const load = () => new Promise<number>((resolve) => answers.push(resolve))
    const before = cache.read('a', load)
    cache.drop('a')
    const after = cache.read('a', load)
    for (const index of order) {
      answers[index]?.(index)
      await [before, after][index]
    }
    expect(await Promise.all([before, after])).toEqual([0, 1])
    expect(cache.find('a')).toBe(1)
  },
)

test('keeps nothing of what is not there or was not answered', async () => {
  const cache = sessionCache<number>(3, always)
  expect(await cache.read('a', async () => null)).toBeNull()
  await expect(cache.read('b', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(cache.use().entries).toBe(0)
})
