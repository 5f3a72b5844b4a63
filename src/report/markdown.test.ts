import { expect, test } from 'vitest'
import { fakeResults } from '../testing/fake-results.ts'
import { hostileStrategies, manyStrategies } from '../testing/fake-strategies.ts'
import { markdownReporter } from './markdown.ts'

const withoutFences = (text: string) => text.replace(/^(`{3,})text\n[\s\S]*?^\1$/gm, '')
const tableRows = (text: string) =>
  withoutFences(text)
    .split('\n')
    .filter((line) => line.startsWith('|'))
const cellCount = (row: string) => row.replace(/\\\|/g, '').split('|').length

test('a report of the usual run begins with title and answer', () => {
  expect(
    markdownReporter.render(fakeResults(), {}).split('\n').slice(0, 8).join('\n'),
  ).toMatchInlineSnapshot(`
    "# JWT or sessions? What authentication costs, measured

    ## The answer in short

    Authentication adds the least server CPU with Session in memory (+5.6 µs/req \\[+4.3, +7.0\\]) and the most with JWT ES256 (jose) (+143.2 µs/req \\[+139.8, +146.5\\]); 6 rounds. The cheapest strategy that revokes at once, Session in memory, costs less than the cheapest that cannot revoke before expiry, JWT HS256 (fast-jwt): −4.9 µs/req \\[−6.3, −3.1\\]. With a store that several servers share, the cheapest of these is Session in Redis: +45.4 µs/req \\[+44.7, +48.3\\].

    **Run:** valid · **A/A noise, Server CPU:** +0.2 % \\[−0.9, +1.3\\] · **A/A noise, Throughput:** −0.2 % \\[−1.8, +1.1\\] · **A/A noise, Latency p99:** −1 % \\[−6, +5\\] · **Rounds:** 6 · **Cells:** 54 sound · **Measured:** 2026-11-24 09:15 UTC, 1 min 52 s
    "
  `)
})

test('every row of a table has as many cells as its head', () => {
  for (const results of [fakeResults(), fakeResults({ strategies: hostileStrategies() })]) {
    const rows = tableRows(markdownReporter.render(results, {}))
    for (const [index, row] of rows.entries()) {
      const isRule = /^[| :-]+$/.test(row)
      const previous = rows[index - 1]
      if (previous !== undefined && (isRule || /^[| :-]+$/.test(previous)))
        expect(cellCount(row)).toBe(cellCount(previous))
    }
    expect(rows.length).toBeGreaterThan(40)
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

test('warnings of GitHub carry the verdict of a run that is not sound', () => {
  const run = fakeResults()
  const validity = { ...run.validity, verdict: 'invalid' as const, reasons: ['steal 9 %'] }
  const text = markdownReporter.render({ ...run, validity }, {})
  expect(text).toContain('> [!CAUTION]\n> **This run is INVALID**')
  expect(text).toContain('> - steal 9 %.')
})
