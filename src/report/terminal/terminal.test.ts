import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ALL_FAKE_SCENARIOS } from '../../testing/fake-loads.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { HOSTILE_TITLE, hostileStrategies, manyStrategies } from '../../testing/fake-strategies.ts'
import { terminalReporter } from './terminal.ts'
import { widthOf } from './width.ts'

const widestLine = (text: string) => Math.max(...stripVTControlCharacters(text).split('\n').map(widthOf))
const sectionOf = (text: string, title: string) =>
  text
    .slice(text.indexOf(`── ${title}`))
    .split('\n── ')[0]
    ?.trimEnd() ?? ''

test.each([
  ['the usual run', fakeResults(), 100],
  ['a run without intervals', fakeResults({ rounds: 2 }), 100],
  ['35 strategies', fakeResults({ strategies: manyStrategies(35) }), 100],
  ['a narrow terminal', fakeResults({ strategies: manyStrategies(35) }), 60],
  ['a hostile title', fakeResults({ strategies: hostileStrategies() }), 80],
  ['every kind of load', fakeResults({ scenarios: ALL_FAKE_SCENARIOS }), 100],
  [
    'every kind of load on a narrow terminal',
    fakeResults({ scenarios: ALL_FAKE_SCENARIOS, strategies: manyStrategies(35) }),
    60,
  ],
])('no line is wider than the terminal: %s', (_name, results, columns) => {
  const text = terminalReporter.render(results, { columns, color: true, details: true })
  expect(widestLine(text)).toBeLessThanOrEqual(columns)
})

describe('of 35 strategies', () => {
  const results = fakeResults({ strategies: manyStrategies(), scenarios: ALL_FAKE_SCENARIOS })
  const text = terminalReporter.render(results, { details: true })

  test('is a few screens long', () => {
    const one = fakeResults({ strategies: manyStrategies() })
    expect(terminalReporter.render(one, { details: true }).split('\n').length).toBeLessThan(230)
    expect(text.split('\n').length).toBeLessThan(300)
  })

  test('shows every strategy once, with its family', () => {
    const table = sectionOf(text, 'Decide').slice(sectionOf(text, 'Decide').indexOf('+ Server CPU'))
    // Long names go on below.
    for (const { title } of results.strategies) expect(table).toContain(title.slice(0, 22))
    for (const family of ['Baseline', 'Sessions', 'Tokens', 'Revocable tokens', 'Tokens and auth server'])
      expect(table).toContain(`\n${family}\n`)
    expect(text).not.toContain('continued')
  })

  test('says what it leaves out, and where that is', () => {
    expect(text).toContain('4 more columns in report.html.')
    expect(text).toContain('First and last of each family; 25 more are in report.html.')
    expect(text).toMatch(/\d+ more charts are in report\.html\./)
    expect(text).toMatch(/In report\.html: “Same arrival rate for all/)
    expect(text).toMatch(/\d claims? not measured\. Everything, with the evidence, is in\s+report\.html\./)
    expect(text).toMatch(
      /Not here but in report\.html: “Which one for you”, “What is shown, and what is not”,\s+“The\s+strategies”,\s+“Every/,
    )
  })

  test('what befell many strategies is one row, and their names are in the page', () => {
    const check = (strategy: string | null) => ({
      id: 'saturation',
      outcome: 'warn' as const,
      strategy,
      scenario: 'verify',
      cells: 2,
      value: 0.6,
      warnLimit: 0.9,
      invalidLimit: null,
      sentence: 'The server used 60 % of a core: throughput is not its capacity.',
    })
    const checks = results.strategies.map(({ id }) => check(id))
    const ofAll = { ...check('none'), id: 'steal' }
    checks.push(ofAll, { ...ofAll, strategy: null, scenario: 'iso-load' })
    const troubled = { ...results, validity: { ...results.validity, checks } }
    const section = sectionOf(terminalReporter.render(troubled, { details: true }), 'Noise')
    expect(section.match(/^saturation/gm)).toHaveLength(1)
    expect(section).toMatch(/^steal +warn +several +verify,.* 4 /m)
    expect(section).toContain(`${results.strategies.length}`)
    expect(section).toContain('In report.html: “Checks that did not pass, by strategy”.')
  })

  test('names who is best in each family, and no order where the run shows none', () => {
    const best = text.slice(text.indexOf('Verify a credential: best of each family')).split('\n\n')[0] ?? ''
    expect(best).toMatch(/Sessions \(8\) +Session in memory \(one process only\) +\+5\.6 \[\+4\.3, \+7\.0\]/)
    expect(best).toMatch(/Tokens \(15\) +JWT HS256 \+ verify cache and JWT ES256/)
    const comparisons = results.comparisons.map((each) => ({ ...each, verdict: 'unsure' as const }))
    const unsure = terminalReporter.render({ ...results, comparisons }, { details: true })
    expect(unsure).toMatch(/Sessions \(8\) +no order shown; lowest estimate: Session in/)
    const few = fakeResults({ strategies: manyStrategies(), rounds: 2 })
    expect(terminalReporter.render(few, { details: true })).not.toContain('best of each family')
  })
})

test('it fits 100 columns unless told otherwise', () => {
  expect(widestLine(terminalReporter.render(fakeResults(), { details: true }))).toBe(100)
})

test('colour changes nothing but escape sequences, and comes only when asked for', () => {
  const plain = terminalReporter.render(fakeResults(), { details: true })
  const coloured = terminalReporter.render(fakeResults(), { color: true, details: true })
  expect(plain).toBe(stripVTControlCharacters(plain))
  expect(coloured).not.toBe(plain)
  expect(stripVTControlCharacters(coloured)).toBe(plain)
})

test('the decision table shows every number with its interval', () => {
  expect(
    sectionOf(terminalReporter.render(fakeResults(), { details: true }), 'Decide'),
  ).toMatchInlineSnapshot(`
    "── Decide ──────────────────────────────────────────────────────────────────────────────────────────

    Verify a credential
    Strategy                        + Server CPU             + Redis CPU              Revokes
                                    µs/req                   µs/req
    ──────────────────────────────  ───────────────────────  ───────────────────────  ──────────────────
    No authentication               baseline                 baseline                 nothing to revoke
    Session in memory                 +5.6 [+4.3, +7.0]           0 exact             at once
    JWT HS256 (fast-jwt)             +10.4 [+10.0, +10.9]         0 exact             at expiry (15 min)
    Session in Redis                 +45.4 [+44.7, +48.3]    +14.20 [+14.00, +14.41]  at once
    JWT HS256 (jose)                 +50.6 [+49.7, +53.2]         0 exact             at expiry (15 min)
    JWT RS256 (jose)                 +95.0 [+92.3, +97.6]         0 exact             at expiry (15 min)
    JWT HS256 + blacklist in Redis   +99.0 [+96.8, +100.8]   +13.62 [+13.41, +13.75]  at once
    JWT ES256 (jose)                +143.2 [+139.8, +146.5]       0 exact             at expiry (15 min)

    Verify a credential, continued
    Strategy                        Request  Throughput               Latency p99        After logout
                                    head     req/s                    ms
                                    B,
                                    exact
    ──────────────────────────────  ───────  ───────────────────────  ─────────────────  ──────────────
    No authentication                83      13,400 [13,200, 13,550]   8.7 [8.1, 8.9]    accepted (200)
    Session in memory               149      12,610 [12,380, 12,690]   9.4 [8.9, 9.9]    refused (401)
    JWT HS256 (fast-jwt)            582      12,050 [11,900, 12,190]   9.8 [9.3, 10.2]   accepted (200)
    Session in Redis                149       7,960 [7,800, 8,030]    15.2 [14.5, 15.8]  refused (401)
    JWT HS256 (jose)                582       8,160 [8,040, 8,240]    14.6 [13.9, 15.3]  accepted (200)
    JWT RS256 (jose)                881       5,900 [5,790, 5,950]    20.7 [19.8, 21.7]  accepted (200)
    JWT HS256 + blacklist in Redis  582       5,470 [5,410, 5,540]    22.2 [21.5, 23.5]  refused (401)
    JWT ES256 (jose)                625       4,550 [4,480, 4,630]    27.9 [26.6, 29.2]  accepted (200)
    +: what a request costs more than one of “No authentication”. After logout: status of the
    next request with the same credential. 6 rounds; brackets hold 95 % intervals over rounds;
    exact: the same in every round. The speed of the machine varies between rounds, for all
    strategies alike, and widens the brackets: two strategies can differ though their brackets
    overlap. Differences are taken round by round, so they need not equal the difference of two
    numbers."
  `)
})

test('the numbers come after the answer', () => {
  expect(
    sectionOf(terminalReporter.render(fakeResults(), { details: true }), 'In numbers'),
  ).toMatchInlineSnapshot(`
    "── In numbers ──────────────────────────────────────────────────────────────────────────────────────

    Authentication adds the least server CPU with Session in memory (+5.6 µs/req [+4.3, +7.0],
    one process only) and the most with JWT ES256 (jose) (+143.2 µs/req [+139.8, +146.5]); 6
    rounds.

    Session in Redis adds +45.4 µs/req [+44.7, +48.3] to the server and +14.20 µs/req
    [+14.00, +14.41] to Redis. JWT HS256 (fast-jwt) adds +10.44 µs/req [+10.00, +10.87] to the
    server and cannot be revoked before it expires. Session in Redis costs the server more than
    JWT HS256 (fast-jwt): +35.0 µs/req [+34.3, +37.7] (+51.0 % [+49.2, +55.5]).

    Session in memory (one process only) adds +5.6 µs/req [+4.3, +7.0]. JWT HS256 (fast-jwt)
    costs the server more than Session in memory: +4.9 µs/req [+3.1, +6.3] (+7.8 %
    [+4.8, +9.9]).

    In this test one core served 7,960 req/s [7,800, 8,030] with Session in Redis, 12,050 req/s
    [11,900, 12,190] with JWT HS256 (fast-jwt) and 12,610 req/s [12,380, 12,690] with Session in
    memory (one process only)."
  `)
})

test('fewer than 6 rounds name no winner', () => {
  const text = terminalReporter.render(fakeResults({ rounds: 2 }), { details: true })
  expect(text.split('\n').slice(0, 8).join('\n')).toMatchInlineSnapshot(`
    "JWT or sessions? What authentication costs, measured

    ── The answer in short ─────────────────────────────────────────────────────────────────────────────

    THIS RUN IS NOT JUDGED
    - Fewer than 6 rounds: no interval exists, so no winner is named.
    - 2 rounds were measured; an interval needs 6.
    "
  `)
  expect(text).toContain('No winner is named.')
  expect(text).toContain('No difference was judged')
  expect(text).not.toContain('adds the least')
  expect(text).not.toContain('Ranking in tiers')
  expect(text).toContain('+50.3 no interval')
})

test('an invalid run says so before anything else, with the reasons', () => {
  const run = fakeResults()
  const validity = { ...run.validity, verdict: 'invalid' as const, reasons: ['session-redis answered 401'] }
  const text = terminalReporter.render({ ...run, validity }, { details: true })
  expect(text.split('\n').slice(4, 7)).toEqual([
    'THIS RUN IS INVALID',
    '- These numbers must not be used: a validity check failed.',
    '- session-redis answered 401.',
  ])
  expect(text).not.toContain('adds the least')
  expect(text).not.toContain('Ranking in tiers')
})

test('a run that ended early says so before anything else', () => {
  const run = fakeResults()
  const validity = { ...run.validity, verdict: 'partial' as const, reasons: ['interrupted in round 4 of 6'] }
  const text = terminalReporter.render(
    { ...run, run: { ...run.run, partial: true }, validity },
    { details: true },
  )
  expect(text.split('\n')[4]).toBe('THIS RUN IS PARTIAL')
  expect(text).toContain('- interrupted in round 4 of 6.')
})

test('a strategy that does not revoke as it declares is called out', () => {
  const run = fakeResults()
  const probes = run.probes.map((probe) => ({ ...probe, revokedStatus: 200 }))
  expect(terminalReporter.render({ ...run, probes }, { details: true })).toContain(
    'accepted (200): not as declared',
  )
})

test('a title cannot send escape sequences to the terminal', () => {
  const strategies = fakeResults().strategies.map((info) => ({
    ...info,
    title: `\u001b[2J${info.title}\r\nx`,
  }))
  const text = terminalReporter.render(fakeResults({ strategies }), { details: true })
  expect(text).toBe(stripVTControlCharacters(text))
  expect(text).not.toContain('\r')
})

test('markup means nothing to a terminal and is shown as it is', () => {
  expect(
    terminalReporter.render(fakeResults({ strategies: hostileStrategies() }), { details: true }),
  ).toContain(HOSTILE_TITLE)
})
