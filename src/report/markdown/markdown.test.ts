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

    JWT HS256 (fast-jwt) costs the server less CPU than Session in Redis. For the session, Redis takes CPU on top. Of the two, only the session can be revoked before it expires; tokens that can be revoked keep state as well. Session in memory costs less than both, but serves one process only.

    Run valid · noise ±1.3 % of server CPU · 6 rounds · 2026-11-24 09:15 UTC, 1 min 52 s · 2 cores of AMD EPYC 7763 64-Core Processor · Redis on the same machine
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
  const decide = text.slice(text.indexOf('## Decide'), text.indexOf('## Claims of the article'))
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
