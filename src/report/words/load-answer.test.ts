import { describe, expect, test } from 'vitest'
import type { Comparison, Results } from '../../results/results.ts'
import { ALL_FAKE_SCENARIOS, type FakeScenario } from '../../testing/fake-loads.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { numbersSection } from '../sections/numbers.ts'

const run = (...scenarios: readonly FakeScenario[]) => fakeResults({ scenarios })

/** Headings and paragraphs. */
const answer = (results: Results): readonly string[] =>
  (numbersSection(results)?.blocks ?? []).flatMap((block) =>
    block.kind === 'text' || block.kind === 'heading' ? [block.text] : [],
  )

/** The usual run with something else between the two named strategies at every point. */
function withComparison(
  results: Results,
  metric: string,
  pair: string,
  change: Partial<Comparison>,
): Results {
  const comparisons = results.comparisons.map((each) =>
    each.metric === metric && `${each.strategy} ${each.baseline}` === pair ? { ...each, ...change } : each,
  )
  return { ...results, comparisons }
}
const without = (results: Results, metric: string, strategy?: string): Results => ({
  ...results,
  summary: results.summary.filter(
    (row) => row.metric !== metric || (strategy !== undefined && row.strategy !== strategy),
  ),
})
const estimate = (value: number, low: number, high: number) => ({ value, low, high, rounds: 6 })

describe('the same arrival rate for all', () => {
  test('is one paragraph for each point: rate, share, tail of the contenders, what is shown', () => {
    expect(answer(run('iso-load')).slice(-2)).toEqual([
      'At 2,279 req/s [2,246, 2,306], half of what the slowest strategy serves, 99 of 100 requests are answered within 256 µs [240, 262] without authentication, 531 µs [509, 554] with Session in Redis and 292 µs [277, 304] with JWT HS256 (fast-jwt), counted from when they were due; the highest value is 1.45 ms [1.39, 1.52] with JWT ES256 (jose). ' +
        'Shown: p99 is higher with Session in Redis than without authentication (+106 % [+97, +130]), higher with JWT HS256 (fast-jwt) than without authentication (+14.4 % [+12.3, +17.7]) and lower with JWT HS256 (fast-jwt) than with Session in Redis (−44.4 % [−49.9, −43.0]).',
      expect.stringMatching(/^At 3,647 req\/s \[3,594, 3,690\], 80 % of what the slowest strategy serves, /),
    ])
  })

  test('says what is not shown, and explains an interval that excludes zero by the noise', () => {
    const pair = 'jwt-hs256-fast none'
    const change = { verdict: 'unsure', ratio: estimate(1.06, 1.02, 1.09), band: 1.1 } as const
    const unsure = (difference: Comparison['difference']) =>
      answer(withComparison(run('iso-load'), 'latency.p99', pair, { ...change, difference })).at(-1)
    const between = 'Not shown: a difference between JWT HS256 (fast-jwt) and No authentication'
    expect(unsure(estimate(1, -2, 4))).toContain(`${between}.`)
    expect(unsure(estimate(3, 1, 4))).toContain(
      `${between} (+6.0 % [+2.0, +9.0]: inside the noise of ±10 %).`,
    )
  })

  test('falls back to p90 where rounds hold too few requests for p99', () => {
    expect(answer(without(run('iso-load'), 'latency.p99')).at(-1)).toMatch(
      /9 of 10 requests are answered within .* Shown: p90 is higher/,
    )
  })

  test('takes a percentile that all strategies have, so that they can be held against each other', () => {
    expect(answer(without(run('iso-load'), 'latency.p99', 'jwt-es256')).at(-1)).toContain('9 of 10 requests')
  })

  test('names no contender by rounds that are too few', () => {
    const text = answer(fakeResults({ rounds: 2, scenarios: ALL_FAKE_SCENARIOS }))
    expect(text).toEqual([])
  })
})

describe('what authentication costs', () => {
  const costs = (results: Results) =>
    answer(results).filter((text) => text.startsWith('Authentication adds')).length

  test('is said once, in the closed loop', () => {
    const text = answer(run(...ALL_FAKE_SCENARIOS))
    expect(costs(run(...ALL_FAKE_SCENARIOS))).toBe(1)
    expect(text.slice(0, 2)).toEqual([
      'Verify a credential',
      expect.stringMatching(/^Authentication adds the least server CPU with Session in memory \(\+5\.6 /),
    ])
  })

  test('is said of the first point under the same load where there is no closed loop', () => {
    expect(costs(run('iso-load'))).toBe(1)
    expect(answer(run('iso-load'))[1]).toContain('Session in memory (+6.')
    expect(costs(run('slo', 'curve'))).toBe(0)
  })
})

describe('the highest rate within the limit', () => {
  test('is one paragraph about the same contenders as above', () => {
    expect(answer(run('verify', 'slo')).at(-1)).toBe(
      'With 99 of 100 requests answered within 25 ms, one core serves up to 12,500 req/s [12,250, 12,650] without authentication, 7,370 req/s [7,270, 7,440] with Session in Redis and 11,240 req/s [11,010, 11,380] with JWT HS256 (fast-jwt). ' +
        'Shown: the rate is lower with Session in Redis than without authentication (−41.1 % [−42.2, −39.3]), lower with JWT HS256 (fast-jwt) than without authentication (−10.1 % [−10.7, −9.7]) and higher with JWT HS256 (fast-jwt) than with Session in Redis (+52.5 % [+48.0, +55.6]).',
    )
  })

  test('has contenders of its own where nothing else was measured', () => {
    expect(answer(run('slo')).at(-1)).toContain('11,240 req/s [11,010, 11,380] with JWT HS256 (fast-jwt)')
  })

  test('names strategies for which no rate was found', () => {
    expect(answer(without(run('verify', 'slo'), 'slo.rate', 'jwt-es256')).at(-1)).toMatch(
      / No rate that was tried kept the limit with JWT ES256 \(jose\)\.$/,
    )
  })
})

describe('latency against load', () => {
  test('says up to which load the tail stays within twice its lowest, and ranks nothing', () => {
    const slower = run('curve')
    const summary = slower.summary.map((row) =>
      row.strategy === 'session-redis' && row.metric === 'latency.p99' && row.params.load !== 0.2
        ? { ...row, estimate: { ...row.estimate, value: row.estimate.value * 2 } }
        : row,
    )
    expect(answer({ ...slower, summary })).toEqual([
      'Latency against load, open loop',
      'With load as a share of what each strategy serves itself, the estimate of p99 stays within twice its value at 20 % up to 40 % with No authentication, JWT HS256 (jose), JWT RS256 (jose), JWT ES256 (jose) and 3 more; up to 20 % with Session in Redis.',
    ])
  })

  test('a load that was never twice the lowest is the highest that was tried', () => {
    const flat = run('curve')
    const summary = flat.summary.map((row) =>
      row.metric === 'latency.p99' ? { ...row, estimate: estimate(1000, 900, 1100) } : row,
    )
    expect(answer({ ...flat, summary }).at(-1)).toMatch(
      /up to 90 %, the highest load tried, with all 8 strategies\.$/,
    )
  })
})
