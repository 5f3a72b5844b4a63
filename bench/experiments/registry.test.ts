import { expect, test } from 'vitest'
import { EXPERIMENTS } from '../../src/experiments/registry.ts'
import { SCENARIOS } from '../scenarios/registry.ts'
import { EXPERIMENT_RUNS } from './registry.ts'

test('every experiment has both halves, and a name that no scenario has', () => {
  const ids = EXPERIMENTS.map(({ id }) => id)
  expect(Object.keys(EXPERIMENT_RUNS)).toEqual(ids)
  expect(SCENARIOS.filter(({ id }) => ids.includes(id))).toEqual([])
})

test.each(EXPERIMENTS)('$id can be read before it has observed anything', ({ analyse, title, question }) => {
  expect(analyse([], [])).toMatchObject({ figures: [] })
  expect([title, question].every((text) => text !== '')).toBe(true)
})
