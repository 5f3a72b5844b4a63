import { expect, it } from 'vitest'
import cases from './fixtures/normal-distribution.json' with { type: 'json' }
import { normalProbability } from './normal-distribution.ts'

it.each(cases)('normalProbability($z) is that of scipy', ({ z, p }) => {
  expect(Math.abs(normalProbability(z) - p)).toBeLessThan(2e-15)
})
