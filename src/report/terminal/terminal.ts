// In this folder: the report as text of a terminal.

import type { Finding } from '../../results/results.ts'
import { formatCount } from '../../units.ts'
import { buildReport } from '../build.ts'
import { isGrouped } from '../groups/families.ts'
import type { Block, Section, Table } from '../model.ts'
import type { RenderOptions, Reporter } from '../reporter.ts'
import { EVERYTHING, firstScreenOf, furtherSections, withoutPreview } from '../short-form.ts'
import { CLAIMS_TITLE } from '../words/phrases.ts'
import { foldsNamed, shortened } from './brief.ts'
import { chartLines, chartUnit } from './charts.ts'
import { claimLines, someClaims, verdictLines } from './claims.ts'
import { ansiPaint, plainPaint } from './paint.ts'
import { type Pen, prose } from './pen.ts'
import { tableLines, tableStart } from './table.ts'
import { padEnd, singleLine, widthOf } from './width.ts'

const DEFAULT_COLUMNS = 100
const LEAST_COLUMNS = 60
/** Every number is in the files; a terminal shows what one reads at once. */
const LEFT_OUT: readonly string[] = ['details', 'change-details', 'strategies']
/** Of many strategies: who differs from whom, and how each kind of request fared, fills screens. */
const LEFT_OUT_OF_MANY: readonly string[] = ['advice', 'differences', 'cohorts']

/** Of a brief report. */
const MOST_ROWS = 16
const MOST_ITEMS = 5

const bullet = (text: string, pen: Pen) => prose(text, pen, 'plain', '- ', '  ')

/** The first, and how many more there are. */
const someOf = <Item>(
  items: readonly Item[],
  { brief }: Pen,
): { readonly some: readonly Item[]; readonly more: readonly string[] } => {
  const leftOut = brief ? items.length - MOST_ITEMS : 0
  return leftOut > 0
    ? {
        some: items.slice(0, MOST_ITEMS),
        more: [`${leftOut} more ${leftOut === 1 ? 'is' : 'are'} in ${EVERYTHING}.`],
      }
    : { some: items, more: [] }
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

/** A brief report has all strategies once, and of everything else the first rows. */
function tableBlock(whole: Table, pen: Pen): readonly string[] {
  const { columns, paint, brief } = pen
  const isOfStrategies = whole.kept !== undefined
  const shown = brief && !isOfStrategies ? whole.rows.slice(0, MOST_ROWS) : whole.rows
  const { lines, columnsLeft } =
    brief && isOfStrategies
      ? tableStart(whole, columns, paint)
      : { lines: tableLines({ ...whole, rows: shown }, columns, paint), columnsLeft: 0 }
  const rowsLeft = whole.rows.length - shown.length
  const more = [
    ...(rowsLeft === 0 ? [] : [`Shown: the first; ${rowsLeft} more rows are in ${EVERYTHING}.`]),
    ...(columnsLeft === 0 ? [] : [`${formatCount(columnsLeft, 'more column')} in ${EVERYTHING}.`]),
  ]
  const note = [...more, ...(whole.note === '' ? [] : [whole.note])].join(' ')
  return [
    ...prose(whole.caption, pen, 'strong'),
    ...lines,
    ...(note === '' ? [] : prose(note, pen, 'muted')),
    '',
  ]
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
    case 'found':
      return block.blocks.flatMap((each) => blockLines(each, pen))
    case 'folded':
      return [...prose(`In ${EVERYTHING}: ${block.title}.`, pen, 'muted'), '']
    case 'list': {
      const { some, more } = someOf(block.items, pen)
      return [
        ...prose(block.title, pen, 'strong'),
        ...[...some, ...more].flatMap((item) => bullet(item, pen)),
        '',
      ]
    }
    case 'command':
      return [`  ${singleLine(block.text)}`, '']
    case 'advice':
      return [...prose(`For what you need: \`${block.command}\`.`, pen, 'muted'), '']
    case 'table':
      return tableBlock(block.table, pen)
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
      return pen.brief
        ? someClaims(block.claims, pen)
        : block.claims.flatMap((claim) => claimLines(claim, pen))
    case 'verdicts':
      return [
        ...prose(`${CLAIMS_TITLE}:`, pen, 'plain'),
        ...verdictLines(block.judged, block.unmeasured.length, pen),
        '',
      ]
    case 'findings': {
      const { some, more } = someOf(block.findings, pen)
      return [
        ...some.flatMap((finding) => findingLines(finding, pen)),
        ...more.flatMap((line) => bullet(line, pen)),
        '',
      ]
    }
    default:
      return block satisfies never
  }
}

/** Ratios of the first metric only; the others repeat its shape and are in the files. */
function withoutRepetition(blocks: readonly Block[]): readonly Block[] {
  const isForest = (block: Block | undefined) => block?.kind === 'chart' && block.chart.kind === 'forest'
  return blocks.filter((block, index) => !(isForest(block) && isForest(blocks[index - 1])))
}

function sectionLines(section: Section, pen: Pen): readonly string[] {
  const { title, blocks } = section
  const words = `── ${title} `
  const rule = words + '─'.repeat(Math.max(0, pen.columns - widthOf(words)))
  return [
    pen.paint('strong', rule),
    '',
    ...foldsNamed(pen.brief ? shortened(section) : withoutRepetition(blocks)).flatMap((block) =>
      blockLines(block, pen),
    ),
  ]
}

const penOf = ({ color = false, columns = DEFAULT_COLUMNS }: RenderOptions, brief: boolean): Pen => ({
  columns: Math.max(LEAST_COLUMNS, columns),
  paint: color ? ansiPaint : plainPaint,
  brief,
})

/** Sections without a report around them: the title of the first is the first line. */
export function terminalOfSections(
  sections: readonly Section[],
  options: RenderOptions,
  brief = false,
): string {
  const pen = penOf(options, brief)
  return `${sections
    .flatMap((section) => sectionLines(section, pen))
    .join('\n')
    .trimEnd()}\n`
}

/** The first screen of the report; with a section or the details, what is asked for. */
export const terminalReporter: Reporter = {
  id: 'terminal',
  file: null,
  render(results, options) {
    const { title, sections } = buildReport(results)
    const pen = penOf(options, isGrouped(results.strategies))
    const heading = [...prose(title, pen, 'strong'), '', ''].join('\n')
    if (options.section !== undefined) {
      const asked = sections.filter(({ id }) => id === options.section)
      return terminalOfSections(asked, options, pen.brief)
    }
    if (options.details === true) return heading + wholeText(sections, options, pen)
    const first = firstScreenOf(sections)
    const warnings = results.findings.filter(({ severity }) => severity === 'warning').length
    const further = furtherSections(sections).map(({ id }) => id)
    const next = [
      ...(warnings === 0
        ? []
        : prose(
            `${formatCount(warnings, 'warning')} about this run: \`authbench report --section validity\`.`,
            pen,
            'warn',
          )),
      ...(further.length === 0
        ? []
        : prose(
            `\`authbench report --section NAME\` shows one of these: ${further.join(', ')}.`,
            pen,
            'muted',
          )),
      ...prose(`Everything: ${EVERYTHING}, or \`authbench report --details\`.`, pen, 'muted'),
    ]
    return `${heading}${first.flatMap(({ blocks }) => blocks.flatMap((block) => blockLines(block, pen))).join('\n')}\n${next.join('\n')}\n`
  },
}

function wholeText(sections: readonly Section[], options: RenderOptions, pen: Pen): string {
  const leftOut = [...LEFT_OUT, ...(pen.brief ? LEFT_OUT_OF_MANY : [])]
  const shown = sections.filter(({ id }) => !leftOut.includes(id)).map((section) => withoutPreview(section))
  const gone = sections.filter(({ id }) => leftOut.includes(id)).map((section) => `“${section.title}”`)
  const rest =
    gone.length === 0 ? [] : prose(`Not here but in ${EVERYTHING}: ${gone.join(', ')}.`, pen, 'muted')
  return [
    terminalOfSections(shown, options, pen.brief),
    ...(pen.brief ? [`\n${rest.join('\n')}\n`] : []),
  ].join('')
}
