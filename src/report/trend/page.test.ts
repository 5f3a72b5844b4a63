import { expect, test } from 'vitest'
import { trendsOf } from '../../analysis/trend.ts'
import type { HistoryEntry } from '../../results/history.ts'
import { fakeHistory } from '../../testing/fake-history.ts'
import { HOSTILE_NAME } from '../../testing/hostile-names.ts'
import { trendPage } from './page.ts'

const LINKS = { report: 'index.html', history: 'history.jsonl' }
const page = (history: readonly HistoryEntry[]) => trendPage(trendsOf(history), LINKS)

test('what changed comes first, in words with its interval and commits', () => {
  const html = page(
    fakeHistory(30, ({ strategy, metric, value }, run) =>
      strategy === 'session-redis' && metric === 'cpu.server' && run >= 20 ? value * 1.2 : value,
    ),
  )
  const [first] = html.match(/<li>.*/) ?? []
  expect(first?.replaceAll(/<[^>]+>/g, '').replaceAll('\u00a0', ' ')).toMatch(
    /worse Server CPU of session-redis, verify: \+(19|20)(\.\d)? % \[.*\] since 2026-12-14 09:15 UTC, 10 runs so far; between 130000000000 and 140000000000\./,
  )
  expect(html.match(/<circle /g)).toHaveLength(1)
  expect(html.indexOf('id="changes"')).toBeLessThan(html.indexOf('id="machine-0"'))
})

test('a change without a new commit says that something else changed', () => {
  const history = fakeHistory(20, ({ metric, value }, run) =>
    metric === 'redis.commands' && run > 9 ? 2 * value : value,
  )
  const same = history.map((entry) => ({ ...entry, commit: 'a'.repeat(40) }))
  const [first] = page(same).match(/<li>.*/) ?? []
  expect(first).toContain('at the same commit aaaaaaaaaaaa: something else changed')
  expect(first).toContain('1 per request became 2 per request')
})

test('every number is a line with words for whoever cannot see it', () => {
  const history = fakeHistory(12)
  const html = page(history)
  const lines = html.match(/<svg [^>]*aria-label="12 runs, [^"]+, 0 changes of level"/g)
  expect(lines).toHaveLength(history[0]?.rows.length ?? 0)
  expect(html).not.toMatch(/NaN|undefined|Infinity|\[object/)
})

test('a world other than the usual one has lines of its own, which name it', () => {
  const [usual] = fakeHistory(1)
  if (usual === undefined) throw new Error('no entry')
  const html = page([usual, { ...usual, world: 'clients speak TLS' }])
  expect(html.match(/<section id="machine-/g)).toHaveLength(2)
  expect(html.match(/Profile [^<]*, 1 run\./g)).toEqual([
    expect.not.stringContaining('where'),
    expect.stringContaining(', where clients speak TLS, 1 run.'),
  ])
})

test('a first run, or none, is a page as well', () => {
  expect(page(fakeHistory(1)).includes('No number that is followed went to another level.')).toBe(true)
  expect(page([])).not.toMatch(/NaN|undefined/)
})

test('nothing is loaded or run, whatever names are in the history', () => {
  const [entry] = fakeHistory(1)
  if (entry === undefined) throw new Error('no entry')
  const name = `<script>alert(1)</script>"'${HOSTILE_NAME}`
  const html = page([
    {
      ...entry,
      machine: name,
      profile: name,
      rows: entry.rows.map((row) => ({
        ...row,
        strategy: name,
        scenario: name,
        unit: name,
        metric: name,
        params: { [name]: name },
      })),
    },
  ])
  expect(html).not.toMatch(/<script|<img|<link|https?:\/\/|\son\w+=/)
  expect(html).toContain("default-src 'none'")
})

test('a year of 35 strategies stays small', () => {
  const many = fakeHistory(52).map((entry) => ({
    ...entry,
    rows: Array.from({ length: 5 }, (_, copy) =>
      entry.rows.map((row) => ({ ...row, strategy: `${row.strategy}-${copy}` })),
    ).flat(),
  }))
  expect(page(many).length).toBeLessThan(2_000_000)
})
