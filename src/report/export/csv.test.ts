import { expect, test } from 'vitest'
import type { Results } from '../../results/results.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { hostileStrategies } from '../../testing/fake-strategies.ts'
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

const records = (results: Results) => {
  const [names = [], ...rows] = parse(csvReporter.render(results, {}))
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])))
}

test('one row per value, difference and ratio, all as wide as the head', () => {
  const results = fakeResults()
  const rows = parse(csvReporter.render(results, {}))
  const ratios = results.comparisons.filter(({ ratio }) => ratio !== null)
  expect(rows).toHaveLength(1 + results.summary.length + results.comparisons.length + ratios.length)
  expect(rows[0]?.join()).toBe('strategy,scenario,metric,unit,kind,baseline,value,low,high,rounds,p,verdict')
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([12]))
})

test('a value has its interval, rounds and unit; a comparison its baseline, p and verdict as well', () => {
  const results = fakeResults()
  const of = (wanted: Readonly<Record<string, string>>) =>
    records(results).filter((row) => Object.entries(wanted).every(([name, value]) => row[name] === value))
  expect(of({ strategy: 'session-redis', metric: 'bytes.request_head', kind: 'value' })).toEqual([
    {
      strategy: 'session-redis',
      scenario: 'verify',
      metric: 'bytes.request_head',
      unit: 'B',
      kind: 'value',
      baseline: '',
      value: '149',
      low: '149',
      high: '149',
      rounds: '6',
      p: '',
      verdict: '',
    },
  ])
  const pair = { strategy: 'session-redis', baseline: 'none', metric: 'cpu.server' }
  const stored = results.comparisons.find(
    (each) => each.strategy === 'session-redis' && each.baseline === 'none' && each.metric === 'cpu.server',
  )
  const [difference, ratio] = of(pair)
  expect(difference).toMatchObject({ kind: 'difference', unit: 'us/req', verdict: 'worse', p: '0.03125' })
  expect(difference?.low).toBe(String(stored?.difference.low))
  expect(ratio).toMatchObject({ kind: 'ratio', unit: 'ratio', value: String(stored?.ratio?.value) })
})

test('every parameter has a column of its own', () => {
  const run = fakeResults()
  const summary = run.summary.map((each) => ({ ...each, params: { connections: 64, route: 'a' } }))
  const [row] = records({ ...run, summary })
  expect(row).toMatchObject({ 'params.connections': '64', 'params.route': 'a' })
})

test('a missing interval is an empty field, not a zero', () => {
  expect(records(fakeResults({ rounds: 2 }))[0]).toMatchObject({ low: '', high: '', rounds: '2' })
})

test('text that a spreadsheet would run is neutralised, numbers are left alone', () => {
  const run = fakeResults({ strategies: hostileStrategies() })
  const ids = ['=cmd()', '+1', '-1', '@x', '\t=1', 'a,"b"\r\nc', 'plain']
  const summary = run.summary.map((each, index) => ({
    ...each,
    strategy: ids[index] ?? each.strategy,
    estimate: { ...each.estimate, value: -1.5 },
  }))
  const rows = records({ ...run, summary })
  expect(rows.slice(0, 7).map((row) => row.strategy)).toEqual([
    "'=cmd()",
    "'+1",
    "'-1",
    "'@x",
    "'\t=1",
    'a,"b"\r\nc',
    'plain',
  ])
  expect(rows.some(({ strategy }) => strategy === "'=1+1")).toBe(true)
  expect(rows[0]?.value).toBe('-1.5')
})
