import { expect, test } from 'vitest'
import type { Comparison, Results } from '../../results/results.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { groupsOf } from '../groups/group.ts'
import { noAnswer, shortAnswer } from './short-answer.ts'

const answer = (results: Results) => shortAnswer(groupsOf(results)).join(' ')

/** The usual run with something else between the session in Redis and the cheapest token. */
function runWith(change: Partial<Comparison>): Results {
  const run = fakeResults()
  return {
    ...run,
    comparisons: run.comparisons.map((each) =>
      each.metric === 'cpu.server' && each.strategy === 'session-redis' && each.baseline === 'jwt-hs256-fast'
        ? { ...each, ...change }
        : each,
    ),
  }
}

test('a token that costs less is said to, with what it lacks and what the session needs', () => {
  expect(answer(fakeResults())).toBe(
    'JWT HS256 (fast-jwt) costs the server less CPU than Session in Redis. For the session, Redis takes CPU on top. ' +
      'Of the two, only the session can be revoked before it expires; tokens that can be revoked keep state as well. Session in memory costs less than both, but serves one process only.',
  )
})

test.each([
  ['better', /^Session in Redis costs the server less CPU than JWT HS256 \(fast-jwt\), the cheapest token\./],
  ['unsure', /^Session in Redis and JWT HS256 \(fast-jwt\), the cheapest token, cannot be told apart/],
  ['not judged', /^Session in Redis and JWT HS256 \(fast-jwt\) have too few rounds in common/],
] as const)('a comparison that is %s has its own sentence', (verdict, sentence) => {
  expect(answer(runWith({ verdict }))).toMatch(sentence)
})

test('where no token of the run can be revoked, none is spoken of', () => {
  const strategies = fakeResults().strategies.filter(({ family }) => family !== 'revocable token')
  expect(answer(fakeResults({ strategies }))).toContain(
    'the session can be revoked before it expires. Session',
  )
})

test.each([
  [{ effect: 'immediate' as const }, 'Both can be revoked at once.'],
  [
    { effect: 'within' as const, ms: 5000 },
    'The session is revoked at once, JWT HS256 (fast-jwt) within 5 s.',
  ],
])('what the token promises is said: %o', (revocation, sentence) => {
  const run = fakeResults()
  const strategies = run.strategies.map((info) =>
    info.id === 'jwt-hs256-fast' ? { ...info, revocation } : info,
  )
  expect(answer({ ...run, strategies })).toContain(sentence)
})

test('without a session to compare with, the cheapest and the most expensive are named', () => {
  const strategies = fakeResults().strategies.filter(({ family }) => family !== 'session')
  expect(answer(fakeResults({ strategies }))).toBe(
    'JWT HS256 (fast-jwt) adds the least server CPU, JWT ES256 (jose) the most.',
  )
})

test('too few rounds have no answer, and the reason is said', () => {
  const run = fakeResults({ rounds: 2 })
  expect(answer(run)).toBe('')
  expect(noAnswer(run, groupsOf(run))).toMatch(/^No winner is named/)
})
