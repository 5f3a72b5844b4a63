import type { Block, Section } from '../model.ts'
import { EVERYTHING } from '../short-form.ts'

const MOST_CHARTS = 1
/** Sections of which a brief report shows the first block. */
const BEGUN: readonly string[] = ['method']

const mutedText = (text: string): Block => ({ kind: 'text', text, tone: 'muted' })

/** What is left out is named, never just missing. */
export function foldsNamed(blocks: readonly Block[]): readonly Block[] {
  const titles = blocks.flatMap((block) => (block.kind === 'folded' ? [`“${block.title}”`] : []))
  return titles.length === 0
    ? blocks
    : [
        ...blocks.filter(({ kind }) => kind !== 'folded'),
        mutedText(`In ${EVERYTHING}: ${titles.join(', ')}.`),
      ]
}

const isFollowed = (blocks: readonly Block[], index: number): boolean => {
  const next = blocks[index + 1]
  return next !== undefined && next.kind !== 'heading'
}

/** Of a report of many strategies the first chart of a section, and the first of the tables that repeat for every load. */
export function shortened({ id, blocks }: Section): readonly Block[] {
  if (BEGUN.includes(id))
    return [...blocks.slice(0, 1), mutedText(`The rest of this section is in ${EVERYTHING}.`)]
  const charts = blocks.filter(({ kind }) => kind === 'chart').slice(MOST_CHARTS)
  const tables = blocks.filter((block) => block.kind === 'table' && block.table.kept !== undefined).slice(1)
  const left = blocks.filter((block) => !charts.includes(block) && !tables.includes(block))
  const captions = tables.flatMap((block) => (block.kind === 'table' ? [`“${block.table.caption}”`] : []))
  return [
    ...left.filter((block, index) => block.kind !== 'heading' || isFollowed(left, index)),
    ...(captions.length === 0 ? [] : [mutedText(`In ${EVERYTHING}: ${captions.join(', ')}.`)]),
    ...(charts.length === 0 ? [] : [mutedText(`${charts.length} more charts are in ${EVERYTHING}.`)]),
  ]
}
