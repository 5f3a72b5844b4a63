import { expect, test } from 'vitest'
import { expiryBuckets } from './expiry-buckets.ts'

test('what is put in is found by its moment, as long as that has not passed', () => {
  let now = 1_000_000
  const buckets = expiryBuckets(
    10,
    () => now,
    () => new Set<string>(),
  )
  buckets.open(1009).add('early')
  buckets.open(1010).add('late')
  expect([buckets.get(1009)?.has('early'), buckets.get(1010)?.has('late')]).toEqual([true, true])
  expect(buckets.get(1011)?.has('early')).toBe(false)
  now = 1_009_999
  buckets.open(1020)
  expect(buckets.get(1009)?.has('early')).toBe(true)
})

test('what has passed goes when a new bucket begins', () => {
  let now = 0
  let made = 0
  const buckets = expiryBuckets(
    10,
    () => now,
    () => ++made,
  )
  for (let second = 0; second < 1000; second += 5) {
    now = second * 1000
    buckets.open(second + 60)
  }
  expect(made).toBe(100)
  const left = Array.from({ length: 120 }, (_, index) => buckets.get(index * 10)).filter(
    (bucket) => bucket !== undefined,
  )
  // Seven of the future, six of the margin.
  expect(left.length).toBe(13)
})
