import type { Block, Section } from '../model.ts'
import { EXPERIMENT_SECTION, WORLDS } from '../short-form.ts'

/** The same for every scenario. */
const REPEATED: readonly string[] = ['decide', 'differences']

const fold = (title: string, blocks: readonly Block[]): Block => ({
  kind: 'folded',
  title,
  open: false,
  blocks,
})

const titleOf = (block: Block | undefined): string =>
  block?.kind === 'heading' ? block.text : block?.kind === 'table' ? block.table.caption : ''

/** The first scenario stands open, the others are behind their titles. */
function firstOpen(blocks: readonly Block[]): readonly Block[] {
  const start = blocks.some(({ kind }) => kind === 'heading') ? 'heading' : 'table'
  const starts = blocks.flatMap(({ kind }, index) => (kind === start ? [index] : []))
  const [, ...others] = starts
  return [
    ...blocks.slice(0, others[0]),
    ...others.map((at, index) => {
      const part = blocks.slice(at, others[index + 1])
      return fold(titleOf(part[0]), start === 'heading' ? part.slice(1) : part)
    }),
  ]
}

/** Sentences and charts stand open. Where there are no charts, so does the first table. */
function tablesFolded(blocks: readonly Block[], told: boolean): readonly Block[] {
  const open = told ? undefined : blocks.find(({ kind }) => kind === 'table')
  return blocks.map((block) =>
    block.kind === 'table' && block !== open ? fold(titleOf(block), [block]) : block,
  )
}

/** A section as a page shows it: what is looked up rather than read waits behind a title. */
export function foldedBlocks({ id, blocks }: Section): readonly Block[] {
  // What a script makes of them comes first; without one the table is a step away.
  if (id === 'advice')
    return tablesFolded(
      blocks.toSorted((one, other) => Number(one.kind === 'table') - Number(other.kind === 'table')),
      true,
    )
  if (REPEATED.includes(id)) return firstOpen(blocks)
  const isWorld = WORLDS.includes(id)
  if (!isWorld && !id.startsWith(EXPERIMENT_SECTION)) return blocks
  return tablesFolded(blocks, isWorld || blocks.some(({ kind }) => kind === 'chart'))
}
