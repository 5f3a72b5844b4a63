import { expect, test } from 'vitest'
import { resultsSchema } from '../results/results.ts'
import { ALL_FAKE_SCENARIOS } from './fake-loads.ts'
import { fakeResults } from './fake-results.ts'

test.each([2, 6, 12])('the made-up run of %d rounds is valid against the schema', (rounds) => {
  expect(() => resultsSchema.parse(fakeResults({ rounds }))).not.toThrow()
  expect(() => resultsSchema.parse(fakeResults({ rounds, scenarios: ALL_FAKE_SCENARIOS }))).not.toThrow()
})

test('the made-up run has shown, unshown and equal differences', () => {
  const verdicts = new Set(fakeResults().comparisons.map(({ verdict }) => verdict))
  expect([...verdicts].sort()).toEqual(['better', 'equal', 'unsure', 'worse'])
})
