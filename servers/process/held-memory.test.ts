import { expect, test } from 'vitest'
import { heldMemory } from './held-memory.ts'

const COUNT = 60_000

test('counts what is held, and no garbage', () => {
  const kept: string[] = []
  // What tests before this one left goes first.
  heldMemory()
  const before = heldMemory()
  for (let index = 0; index < COUNT; index++) kept.push(`${index}`.padStart(100, 'x').split('').join(''))
  const withKept = heldMemory() - before
  expect(withKept / COUNT).toBeGreaterThan(100)
  expect(withKept / COUNT).toBeLessThan(200)
  kept.length = 0
  for (let index = 0; index < COUNT; index++) `${index}`.padStart(100, 'y').split('')
  expect(Math.abs(heldMemory() - before)).toBeLessThan(1_500_000)
})
