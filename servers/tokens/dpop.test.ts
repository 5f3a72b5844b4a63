import { expect, test } from 'vitest'
import { StoreUnavailableError } from '../contract.ts'
import { seenProofs } from './dpop.ts'

test('a proof is new once, and again when no proof of that age would be taken any more', () => {
  let now = 0
  const seen = seenProofs(() => now)
  expect([seen.add('a'), seen.add('a')]).toEqual([true, false])
  now = 64_999
  expect(seen.add('a')).toBe(false)
  now = 65_000
  expect(seen.add('a')).toBe(true)
})

test('a full memory of proofs says that it cannot tell, forgets none, and has room again later', () => {
  let now = 0
  const seen = seenProofs(() => now, 2)
  seen.add('a')
  now = 1000
  seen.add('b')
  expect(() => seen.add('c')).toThrow(StoreUnavailableError)
  expect(seen.add('a')).toBe(false)
  now = 65_000
  expect([seen.add('c'), seen.add('b')]).toEqual([true, false])
})
