import { expect, test } from 'vitest'
import type { Comparison, Results } from '../../results/results.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { groupsOf } from './group.ts'
import { rankableMetrics, rankingOf } from './tiers.ts'

/** Verdicts of four strategies on server CPU, by hand; `shown` are pairs of ids, the better one first. */
function rankingWith(shown: readonly string[]) {
  const run = fakeResults()
  const strategies = run.strategies.slice(0, 4)
  const ids = ['none', 'jwt-hs256', 'jwt-rs256', 'jwt-es256']
  const difference = { value: 1, low: 0.5, high: 1.5, rounds: 6 }
  const comparisons = ids.flatMap((baseline, index) =>
    ids.slice(index + 1).map(
      (strategy): Comparison => ({
        metric: 'cpu.server',
        unit: 'us/req',
        scenario: 'verify',
        params: {},
        strategy,
        baseline,
        ratio: null,
        difference,
        band: 1.03,
        p: 0.03,
        verdict: shown.includes(`${baseline} ${strategy}`) ? 'worse' : 'unsure',
      }),
    ),
  )
  const results: Results = { ...run, strategies, comparisons }
  const [group] = groupsOf(results)
  const metric = run.metrics.find(({ id }) => id === 'cpu.server')
  if (group === undefined || metric === undefined) throw new Error('no such group or metric')
  return rankingOf(group, metric)
}

const idsOf = (ranking: ReturnType<typeof rankingOf>) =>
  ranking.tiers.map((tier) => tier.map(({ strategy }) => strategy.id))

test('a tier ends only where every pair across the cut is shown', () => {
  const ranking = rankingWith([
    'none jwt-rs256',
    'none jwt-es256',
    'jwt-hs256 jwt-rs256',
    'jwt-hs256 jwt-es256',
  ])
  expect(idsOf(ranking)).toEqual([
    ['none', 'jwt-hs256'],
    ['jwt-rs256', 'jwt-es256'],
  ])
  expect(ranking.unshown.map(({ first, second }) => `${first.id} ${second.id}`)).toEqual([
    'none jwt-hs256',
    'jwt-rs256 jwt-es256',
  ])
})

test('shown neighbours do not make a tier when a farther pair is not shown', () => {
  const ranking = rankingWith(['none jwt-hs256', 'jwt-hs256 jwt-rs256', 'jwt-rs256 jwt-es256'])
  expect(idsOf(ranking)).toEqual([['none', 'jwt-hs256', 'jwt-rs256', 'jwt-es256']])
  expect(ranking.unshown).toHaveLength(3)
})

test('a comparison stored the other way round is turned, with its interval', () => {
  const [group] = groupsOf(fakeResults())
  const stored = group?.comparison('session-redis', 'jwt-hs256', 'throughput')
  const turned = group?.comparison('jwt-hs256', 'session-redis', 'throughput')
  expect([stored?.verdict, turned?.verdict]).toEqual(['worse', 'better'])
  expect(turned?.ratio?.low).toBeCloseTo(1 / (stored?.ratio?.high ?? 0), 12)
  expect(turned?.difference.high).toBeCloseTo(-(stored?.difference.low ?? 0), 12)
})

test('only metrics with all pairs compared are ranked, server CPU first', () => {
  const [group] = groupsOf(fakeResults())
  expect(group === undefined ? [] : rankableMetrics(group).map(({ id }) => id)).toEqual([
    'cpu.server',
    'throughput',
    'latency.p50',
    'latency.p99',
  ])
})
