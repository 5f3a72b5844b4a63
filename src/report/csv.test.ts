import { expect, test } from 'vitest'
import { fakeResults } from '../testing/fake-results.ts'
import { hostileStrategies } from '../testing/fake-strategies.ts'
import { csvReporter } from './csv.ts'

/** RFC 4180, written apart from the code under test. */
function parse(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]]
  const pattern = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n)/g
  for (const [, field = '', end] of text.matchAll(pattern)) {
    rows.at(-1)?.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field)
    if (end === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

test('one row per strategy and metric, with value, interval, rounds and unit', () => {
  const results = fakeResults()
  const rows = parse(csvReporter.render(results, {}))
  expect(rows).toHaveLength(1 + results.summary.length)
  expect(rows[0]?.join()).toBe(
    'run,strategy,title,state,scenario,params,metric,value,low,high,rounds,unit,better',
  )
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([13]))
  const row = rows.find(
    ([, strategy, , , , , metric]) => strategy === 'session-redis' && metric === 'bytes.request_head',
  )
  expect(row?.slice(1)).toEqual([
    'session-redis',
    'Session in Redis',
    'stateful',
    'verify',
    '',
    'bytes.request_head',
    '149',
    '149',
    '149',
    '6',
    'B',
    'lower',
  ])
})

test('a missing interval is an empty field, not a zero', () => {
  const rows = parse(csvReporter.render(fakeResults({ rounds: 2 }), {}))
  expect(rows[1]?.slice(8, 11)).toEqual(['', '', '2'])
})

test('text that a spreadsheet would run is neutralised, numbers are left alone', () => {
  const run = fakeResults({ strategies: hostileStrategies() })
  const titles = ['=cmd()', '+1', '-1', '@x', '\t=1', 'a,"b"\r\nc', 'plain']
  const strategies = run.strategies.map((info, index) => ({ ...info, title: titles[index] ?? info.title }))
  const summary = run.summary.map((each) => ({ ...each, estimate: { ...each.estimate, value: -1.5 } }))
  const rows = parse(csvReporter.render({ ...run, strategies, summary }, {}))
  const shown = new Set(rows.slice(1).map(([, , title]) => title))
  expect([...shown].slice(0, 7)).toEqual(["'=cmd()", "'+1", "'-1", "'@x", "'\t=1", 'a,"b"\r\nc', 'plain'])
  expect(rows.some(([, id]) => id === "'=1+1")).toBe(true)
  expect(rows[1]?.[7]).toBe('-1.5')
})
