import { expect, test } from 'vitest'
import type { Block } from '../model.ts'
import { textCell } from '../model.ts'
import { foldedBlocks } from './folds.ts'

const heading = (text: string): Block => ({ kind: 'heading', text })
const text: Block = { kind: 'text', text: 'Refused.', tone: 'plain' }
const table = (caption: string): Block => ({
  kind: 'table',
  table: { caption, columns: [{ title: 'What', unit: null }], rows: [[textCell('a')]], note: '' },
})
const chart: Block = {
  kind: 'chart',
  chart: {
    kind: 'bars',
    id: 'bars',
    title: 'Bars',
    description: '',
    unit: 'ms',
    rounds: '',
    signed: false,
    rows: [],
    references: [],
  },
}
const shape = (id: string, blocks: readonly Block[]): readonly string[] =>
  foldedBlocks({ id, title: id, blocks }).map((block) =>
    block.kind === 'folded'
      ? `${block.title} (${block.blocks.map(({ kind }) => kind).join(' ')})`
      : block.kind,
  )

test.each<[string, string, readonly Block[], readonly string[]]>([
  [
    'an experiment with charts',
    'experiment-lag',
    [text, chart, table('a'), table('b')],
    ['text', 'chart', 'a (table)', 'b (table)'],
  ],
  [
    'an experiment without charts',
    'experiment-lag',
    [text, table('a'), table('b')],
    ['text', 'table', 'b (table)'],
  ],
  ['a world', 'handler-work', [text, table('a')], ['text', 'a (table)']],
  [
    'a table for each scenario',
    'decide',
    [text, table('a'), table('b'), table('c'), text],
    ['text', 'table', 'b (table)', 'c (table text)'],
  ],
  [
    'a heading for each scenario',
    'differences',
    [heading('a'), table('x'), table('y'), heading('b'), table('x'), table('y')],
    ['heading', 'table', 'table', 'b (table table)'],
  ],
  ['one scenario', 'differences', [table('x'), text], ['table', 'text']],
  ['another section', 'method', [text, table('a'), table('b')], ['text', 'table', 'table']],
])('%s', (_name, id, blocks, expected) => {
  expect(shape(id, blocks)).toEqual(expected)
})
