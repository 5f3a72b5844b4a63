import { expect, test } from 'vitest'
import type { Comparison } from '../results/results.ts'
import { opposite } from './opposite-comparison.ts'

const comparison: Comparison = {
  metric: 'cpu.server',
  unit: 'us/req',
  strategy: 'a',
  baseline: 'b',
  scenario: 'verify',
  params: {},
  ratio: { value: 2, low: 1.6, high: 4, rounds: 6 },
  difference: { value: 50, low: 30, high: 80, rounds: 6 },
  band: 1.05,
  p: 0.03125,
  verdict: 'worse',
}

test('a comparison read from the other side swaps its ends with its sides', () => {
  expect(opposite(comparison)).toEqual({
    ...comparison,
    strategy: 'b',
    baseline: 'a',
    ratio: { value: 0.5, low: 0.25, high: 0.625, rounds: 6 },
    difference: { value: -50, low: -80, high: -30, rounds: 6 },
    verdict: 'better',
  })
  expect(opposite(opposite(comparison))).toEqual(comparison)
})

test('what is missing stays missing, and what has no side keeps its verdict', () => {
  const unknown = { value: 0, low: null, high: null, rounds: 2 }
  const turned = opposite({ ...comparison, ratio: null, difference: unknown, verdict: 'not judged' })
  expect(turned).toMatchObject({ ratio: null, difference: unknown, verdict: 'not judged' })
})
