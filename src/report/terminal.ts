import type { ClaimResult, Finding } from '../results.ts'
import { buildReport } from './build.ts'
import type { Block, Section } from './model.ts'
import type { RenderOptions, Reporter } from './reporter.ts'
import { chartLines, chartUnit } from './text/charts.ts'
import { ansiPaint, type Paint, plainPaint, type Style } from './text/paint.ts'
import { tableLines } from './text/table.ts'
import { padEnd, singleLine, widthOf, wrap } from './text/width.ts'

const DEFAULT_COLUMNS = 100
const LEAST_COLUMNS = 60
/** Long lines of prose are hard to read, however wide the window. */
const PROSE_COLUMNS = 92
/** Every number is in the files; a terminal shows what one reads at once. */
const LEFT_OUT: readonly string[] = ['details', 'change-details']

const CLAIM_STYLES: Readonly<Record<ClaimResult['verdict'], Style>> = {
  supported: 'good',
  refuted: 'bad',
  depends: 'warn',
  'not measured': 'muted',
}

interface Pen {
  readonly columns: number
  readonly paint: Paint
}

function prose(
  text: string,
  { columns, paint }: Pen,
  style: Style,
  first = '',
  rest = first,
): readonly string[] {
  const width = Math.min(columns, PROSE_COLUMNS) - widthOf(first)
  return wrap(singleLine(text), width).map((line, index) => (index === 0 ? first : rest) + paint(style, line))
}

const bullet = (text: string, pen: Pen) => prose(text, pen, 'plain', '- ', '  ')

function claimLines({ text, verdict, why, evidence }: ClaimResult, pen: Pen): readonly string[] {
  const badge = padEnd(verdict, 12)
  const [head = '', ...more] = prose(text, pen, 'strong', ' '.repeat(14))
  return [
    `${pen.paint(CLAIM_STYLES[verdict], badge)}  ${head.slice(14)}`,
    ...more,
    ...prose(why, pen, 'plain', ' '.repeat(14)),
    ...evidence.flatMap((line) => prose(line, pen, 'muted', `${' '.repeat(14)}- `, ' '.repeat(16))),
    '',
  ]
}

function findingLines({ severity, sentence, advice }: Finding, pen: Pen): readonly string[] {
  const text = advice === null ? sentence : `${sentence} ${advice}`
  return prose(
    text,
    pen,
    severity === 'warning' ? 'warn' : 'plain',
    severity === 'warning' ? '! ' : '- ',
    '  ',
  )
}

function blockLines(block: Block, pen: Pen): readonly string[] {
  const { columns, paint } = pen
  switch (block.kind) {
    case 'heading':
      return [...prose(block.text, pen, 'strong'), '']
    case 'text':
      return [...prose(block.text, pen, block.tone), '']
    case 'notice':
      return [
        ...prose(block.title.toUpperCase(), pen, block.tone),
        ...block.lines.flatMap((line) => bullet(line, pen)),
        '',
      ]
    case 'facts': {
      const width = Math.max(...block.facts.map(({ label }) => widthOf(singleLine(label))))
      return [
        ...block.facts.flatMap(({ label, text, tone }) => {
          const [head = '', ...more] = prose(text, pen, tone, ' '.repeat(width + 2))
          return [`${paint('muted', padEnd(singleLine(label), width))}  ${head.slice(width + 2)}`, ...more]
        }),
        '',
      ]
    }
    case 'list':
      return [...prose(block.title, pen, 'strong'), ...block.items.flatMap((item) => bullet(item, pen)), '']
    case 'command':
      return [`  ${singleLine(block.text)}`, '']
    case 'table':
      return [
        ...prose(block.table.caption, pen, 'strong'),
        ...tableLines(block.table, columns, paint),
        ...(block.table.note === '' ? [] : prose(block.table.note, pen, 'muted')),
        '',
      ]
    case 'chart': {
      const lines = chartLines(block.chart, columns, paint)
      if (lines.length === 0) return []
      const { title, description } = block.chart
      return [
        ...prose(`${title} (${chartUnit(block.chart)})`, pen, 'strong'),
        ...prose(description, pen, 'muted'),
        ...lines,
        '',
      ]
    }
    case 'claims':
      return block.claims.flatMap((claim) => claimLines(claim, pen))
    case 'findings':
      return [...block.findings.flatMap((finding) => findingLines(finding, pen)), '']
    default:
      return block satisfies never
  }
}

/** Ratios of the first metric only; the others repeat its shape and are in the files. */
function withoutRepetition(blocks: readonly Block[]): readonly Block[] {
  const isForest = (block: Block | undefined) => block?.kind === 'chart' && block.chart.kind === 'forest'
  return blocks.filter((block, index) => !(isForest(block) && isForest(blocks[index - 1])))
}

function sectionLines({ title, blocks }: Section, pen: Pen): readonly string[] {
  const words = `── ${title} `
  const rule = words + '─'.repeat(Math.max(0, pen.columns - widthOf(words)))
  return [
    pen.paint('strong', rule),
    '',
    ...withoutRepetition(blocks).flatMap((block) => blockLines(block, pen)),
  ]
}

const penOf = ({ color = false, columns = DEFAULT_COLUMNS }: RenderOptions): Pen => ({
  columns: Math.max(LEAST_COLUMNS, columns),
  paint: color ? ansiPaint : plainPaint,
})

/** Sections without a report around them: the title of the first is the first line. */
export function terminalOfSections(sections: readonly Section[], options: RenderOptions): string {
  const pen = penOf(options)
  return `${sections
    .flatMap((section) => sectionLines(section, pen))
    .join('\n')
    .trimEnd()}\n`
}

export const terminalReporter: Reporter = {
  id: 'terminal',
  file: null,
  render(results, options) {
    const { title, sections } = buildReport(results)
    const shown = sections.filter(({ id }) => !LEFT_OUT.includes(id))
    return `${[...prose(title, penOf(options), 'strong'), ''].join('\n')}\n${terminalOfSections(shown, options)}`
  },
}
