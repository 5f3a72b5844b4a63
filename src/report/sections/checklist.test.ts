import { expect, test } from 'vitest'
import { fakeConformance } from '../../testing/fake-conformance.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { HOSTILE_TITLE, hostileStrategies, manyStrategies } from '../../testing/fake-strategies.ts'
import { htmlReporter } from '../html/html.ts'
import { markdownReporter } from '../markdown/markdown.ts'
import type { Block } from '../model.ts'
import { terminalReporter } from '../terminal/terminal.ts'
import { checklistSection } from './checklist.ts'
import { strategiesSection } from './strategies.ts'

const strategies = manyStrategies()
const results = fakeResults({ strategies })
const withRows = (...broken: readonly string[]) => ({
  ...results,
  conformance: [...fakeConformance(strategies, broken)],
})
const flat = (blocks: readonly Block[]): readonly Block[] =>
  blocks.flatMap((block) => (block.kind === 'folded' ? [block, ...flat(block.blocks)] : [block]))
const blocksOf = (...broken: readonly string[]) => flat(checklistSection(withRows(...broken))?.blocks ?? [])
const sectionOf = (text: string) => text.split('── Security checklist')[1]?.split('\n── ')[0] ?? ''

test('a run that did not go through the checklist has no such section', () => {
  expect(checklistSection(results)).toBe(null)
  expect(checklistSection({ ...results, conformance: [] })).toBe(null)
})

test('the matrix has a row per strategy, by family, and a sign with words for every item', () => {
  const table = blocksOf('jwt-es256 J05').find((block) => block.kind === 'table')?.table
  expect(table?.rows).toHaveLength(35)
  expect([...new Set(table?.groups)]).toEqual([
    'Baseline',
    'Sessions',
    'Tokens',
    'Revocable tokens',
    'Tokens and auth server',
    'Own endpoint',
  ])
  const signs = new Map(
    table?.rows
      .flatMap((row) =>
        row.slice(1).map((cell) => (cell.kind === 'text' ? [cell.text, cell.spoken] : ['?', ''])),
      )
      .map(([text, spoken]) => [text, spoken]),
  )
  expect(Object.fromEntries(signs)).toEqual({
    '·': 'does not apply',
    '✓': 'holds',
    e: 'fails by design',
    '✗': 'FAILS',
  })
  for (const row of table?.rows ?? []) expect(row.length).toBe(table?.columns.length)
})

test('what held only when tried again is listed, with why', () => {
  const all = withRows()
  const conformance = all.conformance.map((row) =>
    row.strategy === 'jwt-es256' && row.item === 'J05' ? { ...row, detail: 'first: kept at try 2' } : row,
  )
  const lists = flat(checklistSection({ ...all, conformance })?.blocks ?? [])
  const found = lists.find((block) => block.kind === 'list' && block.title.endsWith('tried again'))
  expect(found).toMatchObject({ items: [expect.stringContaining('first: kept at try 2')] })
  expect(blocksOf().some((block) => block.kind === 'list' && block.title.endsWith('tried again'))).toBe(false)
})

test('what nobody declared comes first; what was declared is listed once per reason', () => {
  const blocks = blocksOf('jwt-es256 J05', 'session-fastify S07')
  expect(blocks[0]).toMatchObject({ kind: 'notice', tone: 'bad' })
  expect(blocksOf()[0]?.kind).toBe('text')
  const lists = blocks.flatMap((block) => (block.kind === 'list' ? [block.items] : []))
  const expected = lists[0]?.filter((item) => item.includes('accepted until it expires')) ?? []
  expect(expected).toHaveLength(1)
  expect(expected[0]).toMatch(
    /^S05, the server refuses .*: accepted until it expires\. .*JWT PS256 \(jose\); .*\.$/,
  )
})

test('a declaration that is wrong is as loud as a failure', () => {
  const [row] = withRows().conformance.filter(({ item }) => item === 'S05')
  if (row === undefined) throw new Error('no row')
  const text = terminalReporter.render(
    { ...results, conformance: [{ ...row, outcome: 'unexpected pass' }] },
    { details: true },
  )
  expect(text).toContain('1 ITEM OF THE SECURITY CHECKLIST NOT AS DECLARED')
  expect(text).toContain('holds against its declaration: S05')
})

test('a terminal shows counts and every failure, and names the rest', () => {
  const broken = strategies.filter(({ family }) => family === 'token').map(({ id }) => `${id} J05`)
  const text = sectionOf(terminalReporter.render(withRows(...broken), { details: true }))
  expect(text.match(/FAILS: J05/g)).toHaveLength(broken.length)
  expect(text).toMatch(
    /35 servers were held to those of \d+ items that apply to them: \d+ hold, \d+ fail as the\s+strategy declares, 15 fail/,
  )
  expect(text).toContain('In report.html: “Every strategy against every item”')
  expect(text).not.toContain('✓')
})

test('a server without a strategy in the run, and a hostile title, are text', () => {
  const foreign = {
    strategy: 'http://<b>',
    item: 'S05',
    outcome: 'unexpected failure',
    detail: '<i>',
  } as const
  const hostile = hostileStrategies()
  const run = { ...fakeResults({ strategies: hostile }), conformance: [...fakeConformance(hostile), foreign] }
  for (const text of [htmlReporter.render(run, {}), markdownReporter.render(run, {})]) {
    expect(text).toContain('http://&lt;b&gt;')
    expect(text).not.toMatch(/<[bi]>(?! ?alert)(?=:|\.| FAILS)/)
    expect(text).not.toContain(HOSTILE_TITLE)
  }
})

test('every strategy is described: what it is, stores, promises, needs, and fails by design', () => {
  const blocks = strategiesSection(results)?.blocks ?? []
  const table = blocks[0]?.kind === 'table' ? blocks[0].table : null
  const row = table?.rows.map((cells) => cells.map((cell) => (cell.kind === 'text' ? cell.text : '')))
  expect(row?.find(([title]) => title === 'Session in Redis + near cache')).toEqual([
    'Session in Redis + near cache',
    'made up for tests.',
    'one entry per session',
    'within 5 s',
    '0',
    '10,000 entries, 5 s',
    'Redis',
    'none',
    'S05',
  ])
  expect(blocks[1]).toMatchObject({ kind: 'list' })
  expect(JSON.stringify(blocks[1])).toContain(
    'one logout ends every session of the subject. JWT + not-before per subject.',
  )
})
