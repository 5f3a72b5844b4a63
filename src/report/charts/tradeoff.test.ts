import { expect, test } from 'vitest'
import type { Comparison, Results } from '../../results/results.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { groupsOf } from '../groups/group.ts'
import { tradeoffChart } from './tradeoff.ts'

function chartOf(results: Results) {
  const [group] = groupsOf(results)
  if (group === undefined) throw new Error('no group')
  return tradeoffChart(group)
}
const frontOf = (results: Results) =>
  chartOf(results)
    ?.rows.filter(({ front }) => front)
    .map(({ label }) => label)

test('the strictest promise comes first, the cheapest first in it', () => {
  expect(chartOf(fakeResults())?.rows.map(({ group, label }) => `${group}: ${label}`)).toEqual([
    'Revoked at once: Session in memory, one process',
    'Revoked at once: Session in Redis',
    'Revoked at once: JWT HS256 + blacklist in Redis',
    'Valid until it expires: JWT HS256 (fast-jwt)',
    'Valid until it expires: JWT HS256 (jose)',
    'Valid until it expires: JWT RS256 (jose)',
    'Valid until it expires: JWT ES256 (jose)',
  ])
})

test('the front is what nothing beats that promises as much; one process alone beats nothing', () => {
  expect(frontOf(fakeResults())).toEqual(['Session in Redis', 'JWT HS256 (fast-jwt)'])
})

test('a difference that is not shown beats nothing', () => {
  const run = fakeResults()
  const unsure = (each: Comparison): Comparison => ({ ...each, verdict: 'unsure' })
  expect(frontOf({ ...run, comparisons: run.comparisons.map(unsure) })).toHaveLength(6)
})

test('a run that names no winner has no picture', () => {
  expect(chartOf(fakeResults({ rounds: 2 }))).toBeNull()
})
