import { expect, test } from 'vitest'
import type { Crossing } from '../results/world-results.ts'
import { quiet } from '../testing/quiet-run.ts'
import { speed } from './speed.ts'

/** One token, which costs less CPU, and the distance from which on it is the quicker one as well. */
const judged = (value: Crossing, low: Crossing, high: Crossing) =>
  speed.judge({
    ...quiet,
    strategies: quiet.strategies.filter(({ id }) => ['jwt-hs256-fast', 'session-redis'].includes(id)),
    crossovers: [
      {
        scenario: 'store-distance',
        metric: 'latency.p50',
        session: 'session-redis',
        strategy: 'jwt-hs256-fast',
        value,
        low,
        high,
        rounds: 8,
        furthestMs: 5,
      },
    ],
  })

test('a token that costs less is supported where it is the quicker one at any distance', () => {
  expect(judged(0, 0, 0).verdict).toBe('supported')
})

test('it depends where the latencies cross, with the whole interval', () => {
  const { verdict, why } = judged(0.5, 0.4, 0.6)
  expect(verdict).toBe('depends')
  expect(why).toMatch(/^The distance of the store decides\./)
})

test('it is open where the interval does not say whether they cross', () => {
  for (const open of [judged(0.2, 0, 0.6), judged(4, 3, 'beyond')]) {
    expect(open.verdict).toBe('open')
    expect(open.why).toMatch(/^Whether the distance of the store decides is open\./)
  }
})

test.each([
  ['saves next to nothing, if it saves at all', 0.96, 'refuted'],
  ['may save a twentieth or more', 0.94, 'open'],
])('a token that is not told apart, and %s', (_, low, verdict) => {
  const pair = ['jwt-hs256-fast', 'session-redis']
  const comparisons = quiet.comparisons.map((each) =>
    each.metric === 'cpu.server' && pair.includes(each.strategy) && pair.includes(each.baseline)
      ? {
          ...each,
          ...{ strategy: 'jwt-hs256-fast', baseline: 'session-redis', verdict: 'unsure' as const },
          ratio: { value: 0.98, low, high: 1.01, rounds: 6 },
        }
      : each,
  )
  const strategies = quiet.strategies.filter(({ id }) => pair.includes(id))
  expect(speed.judge({ ...quiet, strategies, comparisons }).verdict).toBe(verdict)
})
