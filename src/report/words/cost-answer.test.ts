import { describe, expect, test } from 'vitest'
import type { Comparison, Results } from '../../results/results.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { groupsOf } from '../groups/group.ts'
import { REPORTERS } from '../registry.ts'
import { answerOf } from './cost-answer.ts'

const answer = (results: Results) => groupsOf(results).flatMap((group) => answerOf(results, group))
const terminal = (results: Results) => REPORTERS[0]?.render(results, { details: true }) ?? ''

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
const [metric, strategy, baseline] = ['cpu.server', 'session-redis', 'jwt-hs256-fast']
const stored = fakeResults().comparisons.some(
  (each) => each.metric === metric && each.strategy === strategy && each.baseline === baseline,
)
const estimate = (value: number, low: number, high: number) => ({ value, low, high, rounds: 6 })

describe('the pair with a shared store', () => {
  test('the run has the comparison that these tests change', () => {
    expect(stored).toBe(true)
  })

  test('is the second paragraph: session with server and Redis, token with its drawback, difference', () => {
    expect(answer(fakeResults())[1]).toBe(
      'Session in Redis adds +45.4 µs/req [+44.7, +48.3] to the server and +14.20 µs/req [+14.00, +14.41] to Redis. ' +
        'JWT HS256 (fast-jwt) adds +10.44 µs/req [+10.00, +10.87] to the server and cannot be revoked before it expires. ' +
        'Session in Redis costs the server more than JWT HS256 (fast-jwt): ' +
        '+35.0 µs/req [+34.3, +37.7] (+51.0 % [+49.2, +55.5]).',
    )
  })

  test('is found by what strategies are, not by their names', () => {
    const strategies = fakeResults().strategies.map((info, index) => ({
      ...info,
      id: `s${index}`,
      title: `S${index}`,
    }))
    expect(answer(fakeResults({ strategies }))[1]).toMatch(
      /^S5 adds .* to Redis\. S4 adds .* cannot be revoked/,
    )
  })

  test('an interval that excludes zero and is not shown is explained by the noise', () => {
    const expensive = runWith({
      verdict: 'unsure',
      difference: estimate(12.1, 8.7, 14.6),
      ratio: estimate(1.26, 1.11, 1.33),
      band: 1.13,
    })
    expect(answer(expensive)[1]).toContain(
      'Session in Redis costs +12.1 µs/req [+8.7, +14.6] (+26 % [+11, +33]) more, which is inside the noise: ' +
        'two copies of one server differ by up to 13 % here.',
    )
  })

  test('the more expensive one is named, whichever way round the run compared the two', () => {
    const cheaper = runWith({
      verdict: 'unsure',
      difference: estimate(-12.1, -14.6, -8.7),
      ratio: estimate(0.8, 0.75, 0.9),
      band: null,
    })
    expect(answer(cheaper)[1]).toContain(
      'JWT HS256 (fast-jwt) costs +12.1 µs/req [+8.7, +14.6] (+25 % [+11, +33]) more, which is inside the noise: ' +
        'how far two copies of one server differ is unknown here.',
    )
  })

  test('an interval that holds zero shows nothing', () => {
    const unsure = runWith({
      verdict: 'unsure',
      difference: estimate(1, -2, 4),
      ratio: estimate(1.01, 0.98, 1.04),
    })
    expect(answer(unsure)[1]).toMatch(/\. The two server costs cannot be told apart\.$/)
  })
})

test('a session in memory comes after, marked as of one process', () => {
  expect(answer(fakeResults())[2]).toMatch(/^Session in memory \(one process only\) adds \+5\.6/)
})

describe('requests per second', () => {
  const check = {
    value: 0.9,
    warnLimit: 0.95,
    invalidLimit: null,
    scenario: 'verify',
    sentence: 'x',
  } as const
  const runWithChecks = (
    checks: readonly { id: string; strategy: string | null; cells: number }[],
  ): Results => {
    const run = fakeResults()
    const warnings = checks.map((each) => ({ ...check, ...each, outcome: 'warn' as const }))
    return { ...run, validity: { ...run.validity, checks: warnings } }
  }

  test('of the strategies named before, with their intervals', () => {
    expect(answer(fakeResults())[3]).toBe(
      'In this test one core served 7,960 req/s [7,800, 8,030] with Session in Redis, 12,050 req/s [11,900, 12,190] with ' +
        'JWT HS256 (fast-jwt) and 12,610 req/s [12,380, 12,690] with Session in memory (one process only).',
    )
  })

  test('are labelled where client or server was not at its limit, and only for these strategies', () => {
    const own = runWithChecks([
      { id: 'generator', strategy: 'session-memory', cells: 4 },
      { id: 'generator', strategy: 'jwt-es256', cells: 100 },
      { id: 'saturation', strategy: null, cells: 9 },
    ])
    expect(answer(own)[3]).toMatch(
      /Some of these numbers are below the capacity: the load generator was at or near its limit in 4 cells; the server was not saturated in 9 cells of several strategies\.$/,
    )
    expect(terminal(own)).toContain('12,610 [12,380, 12,690]†')
    expect(terminal(own)).not.toContain('12,050 [11,900, 12,190]†')
  })
})

describe('no winner is named', () => {
  const partial = (results: Results, verdict: Results['validity']['verdict']): Results => ({
    ...results,
    run: { ...results.run, partial: true },
    validity: { ...results.validity, verdict, reasons: ['Stopped in round 2.'] },
  })

  test('by a partial run with few rounds, and nothing is sorted', () => {
    const text = terminal(partial(fakeResults({ rounds: 2 }), 'partial'))
    expect(answer(partial(fakeResults({ rounds: 2 }), 'partial'))).toEqual([])
    expect(text).toContain('No winner is named: that takes at least 6 rounds in common.')
    expect(text).not.toMatch(/is not judged than|costs the server more than|Ranking in tiers/)
    const decide = text.slice(text.indexOf('── Decide'))
    expect(decide.indexOf('JWT HS256 (jose)')).toBeLessThan(decide.indexOf('Session in memory'))
  })

  test('not even where something that needs no rounds was judged', () => {
    const run = partial(fakeResults({ rounds: 2 }), 'partial')
    const comparisons = run.comparisons.map((each) =>
      each.metric === 'bytes.request_head' || each.metric === 'cpu.redis'
        ? { ...each, verdict: 'equal' as const, p: null }
        : each,
    )
    expect(groupsOf({ ...run, comparisons }).map(({ judged }) => judged)).toEqual([false])
  })

  test('by an invalid run, which says that it is partial as well', () => {
    const run = partial(fakeResults(), 'invalid')
    expect(answer(run)).toEqual([])
    expect(terminal(run)).toContain('THIS RUN IS INVALID AND PARTIAL')
    expect(terminal(run)).toContain('Look up the failed checks')
  })

  test('without a baseline, and the reader is told why', () => {
    const run = fakeResults({ strategies: fakeResults().strategies.slice(1) })
    expect(answer(run)).toEqual([])
    expect(terminal(run)).toContain('the run has no strategy without authentication to compare with')
  })

  test('where no two strategies can be told apart', () => {
    const run = fakeResults()
    const comparisons = run.comparisons.map((each) => ({ ...each, verdict: 'unsure' as const }))
    expect(answer({ ...run, comparisons })[0]).toBe(
      'The strategies cannot be put in order by server CPU. ' +
        'Authentication adds from +5.6 µs/req [+4.3, +7.0] to +143.2 µs/req [+139.8, +146.5]; 6 rounds.',
    )
  })
})

test('a partial run with enough rounds is answered, and a strategy that lost too many is named apart', () => {
  const run = fakeResults()
  const comparisons = run.comparisons.map((each) =>
    [each.strategy, each.baseline].includes('session-memory')
      ? { ...each, verdict: 'not judged' as const }
      : each,
  )
  const [first, second, ...more] = answer({ ...run, run: { ...run.run, partial: true }, comparisons })
  expect(first).toMatch(/adds the least server CPU with JWT HS256 \(fast-jwt\)/)
  expect(second).toMatch(/^Session in Redis adds/)
  expect(more.at(-1)).toBe('Too few rounds to judge: Session in memory.')
})
