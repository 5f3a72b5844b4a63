import { expect, test } from 'vitest'
import { isStrategyId } from '../../servers/registry.ts'
import { CLAIMS } from '../../src/claims/registry.ts'
import { PROFILES } from '../../src/plan/profiles.ts'
import { EXPERIMENT_RUNS } from '../experiments/registry.ts'
import { SCENARIOS } from '../scenarios/registry.ts'
import { expectedTime } from './expected-time.ts'
import { planRun } from './plan-run.ts'

const plan = async (profile: string) => {
  const planned = await planRun({ profile, seed: 1 }, false, new AbortController().signal)
  if (planned === null) throw new Error('it was interrupted')
  return planned
}

test('what profiles name is there', () => {
  const scenarios = SCENARIOS.map(({ id }) => id)
  for (const { scenarios: named } of Object.values(PROFILES))
    expect(scenarios).toEqual(expect.arrayContaining([...named]))
  const { strategies, tried } = PROFILES.article
  expect([...strategies, ...tried].filter((id) => !isStrategyId(id))).toEqual([])
})

test('the profile article runs every experiment, on strategies that it is about, within an hour', async () => {
  const planned = await plan('article')
  expect(planned.experiments.map(({ meaning }) => meaning.id)).toEqual(Object.keys(EXPERIMENT_RUNS))
  for (const { effects, strategies } of planned.experiments)
    for (const strategy of strategies) expect(effects.appliesTo?.(strategy) ?? true).toBe(true)
  const line = expectedTime(planned)
  expect(line).toMatch(/^This takes about \d+ min on a quiet machine/)
  for (const id of Object.keys(EXPERIMENT_RUNS)) expect(line).toMatch(new RegExp(`${id} \\d+ (s|min)`))
})

test('the profiles for the article run what its claims are decided by', () => {
  const experiments = Object.keys(EXPERIMENT_RUNS)
  for (const { scenarios } of [PROFILES.article, PROFILES.full])
    for (const { from } of CLAIMS)
      expect([...experiments, ...scenarios]).toEqual(expect.arrayContaining([...from]))
})
