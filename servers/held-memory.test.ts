import { expect, test } from 'vitest'
import { heldMemory } from './held-memory.ts'

test('counts what is held, and no garbage', () => {
  const kept: string[] = []
  const before = heldMemory()
  for (let index = 0; index < 20_000; index++) kept.push(`${index}`.padStart(100, 'x').split('').join(''))
  const withKept = heldMemory() - before
  expect(withKept / 20_000).toBeGreaterThan(100)
  expect(withKept / 20_000).toBeLessThan(200)
  kept.length = 0
  for (let index = 0; index < 20_000; index++) `${index}`.padStart(100, 'y').split('')
  expect(Math.abs(heldMemory() - before)).toBeLessThan(500_000)
})
