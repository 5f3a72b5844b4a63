import { expect, test } from 'vitest'
import { ALL_FAKE_SCENARIOS } from '../../testing/fake-loads.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { hostileStrategies, manyStrategies } from '../../testing/fake-strategies.ts'
import { markdownReporter } from './markdown.ts'

const withoutFences = (text: string) => text.replace(/^(`{3,})text\n[\s\S]*?^\1$/gm, '')
const cellCount = (row: string) => row.replace(/\\\|/g, '').split('|').length

test('a report of the usual run begins with title and answer', () => {
  expect(
    markdownReporter.render(fakeResults(), {}).split('\n').slice(0, 8).join('\n'),
  ).toMatchInlineSnapshot(`
    "# JWT or sessions? What authentication costs, measured

    ## The answer in short

    Authentication adds the least server CPU with Session in memory (+5.6 µs/req \\[+4.3, +7.0\\], one process only) and the most with JWT ES256 (jose) (+143.2 µs/req \\[+139.8, +146.5\\]); 6 rounds.

    With a store that several servers share, Session in Redis adds +45.4 µs/req \\[+44.7, +48.3\\] to the server and +14.20 µs/req \\[+14.00, +14.41\\] to Redis; JWT HS256 (fast-jwt), which cannot be revoked before expiry, adds +10.44 µs/req \\[+10.00, +10.87\\]; Session in Redis costs the server more than JWT HS256 (fast-jwt): +35.0 µs/req \\[+34.3, +37.7\\] (+51.0 % \\[+49.2, +55.5\\]).
    "
  `)
})

test('every row of a table has as many cells as its head', () => {
  for (const results of [
    fakeResults(),
    fakeResults({ strategies: hostileStrategies() }),
    fakeResults({ strategies: hostileStrategies(), scenarios: ALL_FAKE_SCENARIOS }),
  ]) {
    const tables = withoutFences(markdownReporter.render(results, {})).match(/(?:^\|.*\n)+/gm) ?? []
    expect(tables.length).toBeGreaterThan(5)
    for (const table of tables) {
      const [head = '', ...rows] = table.trimEnd().split('\n')
      expect(rows.map(cellCount)).toEqual(rows.map(() => cellCount(head)))
    }
  }
})

test('a hostile title is neither HTML nor a table cell', () => {
  const text = withoutFences(markdownReporter.render(fakeResults({ strategies: hostileStrategies() }), {}))
  expect(text).not.toMatch(/<script/i)
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;\\|=cmd()')
  expect(text).not.toMatch(/[^\\]\|=cmd/)
})

test('a title with backticks cannot close the fence of a chart', () => {
  const strategies = fakeResults().strategies.map((info) => ({ ...info, title: '```` <img src=x>' }))
  const text = markdownReporter.render(fakeResults({ strategies }), {})
  expect(withoutFences(text)).not.toContain('<img')
  expect(text).toContain('`````text')
})

test('a link in a title is not a link', () => {
  const strategies = fakeResults().strategies.map((info) => ({ ...info, title: '[x](javascript:alert)' }))
  expect(withoutFences(markdownReporter.render(fakeResults({ strategies }), {}))).not.toMatch(
    /[^\\]\]\(javascript/,
  )
})

test('it stays below 200 KB, leaving out what repeats', () => {
  const run = fakeResults({ strategies: manyStrategies(35) })
  const params = Array.from({ length: 12 }, (_, connections) => ({ connections }))
  const spread = <T>(items: readonly T[]) =>
    params.flatMap((each) => items.map((item) => ({ ...item, params: each })))
  const results = {
    ...run,
    summary: spread(run.summary),
    comparisons: spread(run.comparisons),
    spectra: spread(run.spectra),
    rounds: spread(run.rounds),
  }
  const text = markdownReporter.render(results, {})
  expect(new TextEncoder().encode(text).length).toBeLessThan(200_000)
  expect(text).toContain('Left out to stay short')
})

test('of many strategies the decision table is short, and whole below', () => {
  const text = markdownReporter.render(fakeResults({ strategies: manyStrategies() }), {})
  const decide = text.slice(text.indexOf('## Decide'), text.indexOf('## What the article claims'))
  const [short = '', whole = ''] = decide.split('<summary>All 35 rows</summary>')
  const rows = (part: string) => part.match(/^\| (?!\*\*|---|Strategy).*$/gm)?.length
  expect(rows(short)).toBe(12)
  expect(rows(whole)).toBe(35)
  expect(whole).toContain('| **Revocable tokens** |  |')
  expect(whole.match(/<\/details>/g)).toHaveLength(1)
  expect(text).not.toContain('Left out to stay short')
})

test('warnings of GitHub carry the verdict of a run that is not sound', () => {
  const run = fakeResults()
  const validity = { ...run.validity, verdict: 'invalid' as const, reasons: ['steal 9 %'] }
  const text = markdownReporter.render({ ...run, validity }, {})
  expect(text).toContain('> [!CAUTION]\n> **This run is INVALID**')
  expect(text).toContain('> - steal 9 %.')
})
