import type { ClaimResult, Finding, Results } from '../../results/results.ts'
import { formatCount } from '../../units.ts'
import { buildReport } from '../build.ts'
import { scaledColumns } from '../columns.ts'
import type { Block, Chart, Section, Table, TableCell } from '../model.ts'
import type { Reporter } from '../reporter.ts'
import {
  EVERYTHING,
  firstScreenOf,
  groupBefore,
  keptTable,
  leftOutSections,
  withoutPreview,
} from '../short-form.ts'
import { foldsNamed } from '../terminal/brief.ts'
import { chartLines, chartUnit } from '../terminal/charts.ts'
import { plainPaint } from '../terminal/paint.ts'
import { singleLine } from '../terminal/width.ts'
import { CLAIMS_TITLE } from '../words/phrases.ts'

/** A step summary of GitHub holds 1 MiB for all; a comment 64 KiB. Above this, sections that repeat are left out. */
const BUDGET_BYTES = 190_000
const LEFT_OUT_FIRST: readonly string[] = ['details', 'change-details', 'charts', 'differences', 'strategies']
/** Long, and looked up rather than read. */
const FOLDED: readonly string[] = ['strategies', 'change-details', 'method']
/** Every number is in results.csv as well. */
const IN_THE_PAGE: readonly string[] = ['details']
const CHARTS_KEPT: readonly Chart['kind'][] = ['bars', 'ranges', 'curve', 'stack']
const CHART_COLUMNS = 96

/** Text from outside: no HTML, no links, no emphasis, no table cell of its own. */
const escaped = (text: string): string =>
  singleLine(text)
    .replace(/[\\`*_[\]#|~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')

/** A fence longer than any run of backticks inside. */
function fenced(lines: readonly string[]): string {
  const longest = Math.max(2, ...(lines.join('\n').match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return [`${fence}text`, ...lines, fence].join('\n')
}

/** A table that is long for a comment is folded, with what matters most above it. */
function tableText(table: Table): string {
  const short = keptTable(table)
  if (short.leftOut === 0) return rowsText(table)
  const more = `Shown: first and last of each family, and who the answer is about; ${short.leftOut} more rows are below.`
  return [
    rowsText({ ...short.table, note: [more, table.note].filter((text) => text !== '').join(' ') }),
    '',
    `<details>\n<summary>All ${table.rows.length} rows</summary>\n`,
    rowsText({ ...table, note: '' }),
    '',
    '</details>',
  ].join('\n')
}

function rowsText(table: Table): string {
  const columns = scaledColumns(table)
  const cellText = (cell: TableCell, index: number) => {
    const text = columns[index]?.textOf(cell)
    if (text === undefined) return ''
    if (cell.kind === 'estimate') return text.interval === '' ? text.value : `${text.value} ${text.interval}`
    return cell.tone === 'bad' ? `**${escaped(text.value)}**` : escaped(text.value)
  }
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    `**${escaped(table.caption)}**`,
    '',
    row(columns.map(({ title, unit }) => escaped(unit === '' ? title : `${title}, ${unit}`))),
    row(columns.map(({ numeric }) => (numeric ? '--:' : '---'))),
    ...table.rows.flatMap((cells, index) => {
      const group = groupBefore(table.groups ?? [], index)
      const heading = columns.map((_, column) =>
        column === 0 && group !== null ? `**${escaped(group)}**` : '',
      )
      return [...(group === null ? [] : [row(heading)]), row(cells.map(cellText))]
    }),
    ...(table.note === '' ? [] : ['', escaped(table.note)]),
  ].join('\n')
}

function chartText(chart: Chart): string {
  const lines = chartLines(chart, CHART_COLUMNS, plainPaint)
  if (lines.length === 0) return ''
  return `**${escaped(chart.title)}** (${chartUnit(chart)}). ${escaped(chart.description)}\n\n${fenced(lines)}`
}

function claimsText(claims: readonly ClaimResult[]): string {
  return [
    '| Verdict | Claim | What was measured |',
    '| --- | --- | --- |',
    ...claims.map(({ verdict, text, why }) => `| **${verdict}** | ${escaped(text)} | ${escaped(why)} |`),
    '',
    `The evidence for each is in ${EVERYTHING}.`,
  ].join('\n')
}

const findingText = ({ severity, sentence, advice }: Finding): string =>
  `- ${severity === 'warning' ? '**Warning:** ' : ''}${escaped(advice === null ? sentence : `${sentence} ${advice}`)}`

function blockText(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `### ${escaped(block.text)}`
    case 'text':
      return escaped(block.text)
    case 'notice':
      return [
        `> [!${block.tone === 'bad' ? 'CAUTION' : 'WARNING'}]`,
        `> **${escaped(block.title)}**`,
        ...block.lines.map((line) => `> - ${escaped(line)}`),
      ].join('\n')
    case 'facts':
      return block.facts.map(({ label, text }) => `**${escaped(label)}:** ${escaped(text)}`).join(' · ')
    case 'found':
      return bodyText(block.blocks)
    case 'folded':
      return foldedText(block.title, block.blocks)
    case 'list':
      return `**${escaped(block.title)}**\n\n${block.items.map((item) => `- ${escaped(item)}`).join('\n')}`
    case 'command':
      return fenced([singleLine(block.text)])
    case 'advice':
      return fenced([singleLine(block.command)])
    case 'table':
      return tableText(block.table)
    case 'chart':
      return chartText(block.chart)
    case 'claims':
      return claimsText(block.claims)
    case 'verdicts':
      return [
        `${escaped(CLAIMS_TITLE)}:`,
        '',
        ...block.judged.map(({ verdict, text }) => `- **${verdict}**: ${escaped(text)}`),
        ...(block.unmeasured.length === 0
          ? []
          : [`- **not measured**: ${formatCount(block.unmeasured.length, 'claim')}`]),
      ].join('\n')
    case 'findings':
      return block.findings.map(findingText).join('\n')
    default:
      return block satisfies never
  }
}

const bodyText = (blocks: readonly Block[]): string =>
  blocks
    .map(blockText)
    .filter((text) => text !== '')
    .join('\n\n')

const foldedMarkdown = (title: string, body: string): string =>
  `<details>\n<summary><b>${escaped(title)}</b></summary>\n\n${body}\n\n</details>`

const foldedText = (title: string, blocks: readonly Block[]): string =>
  foldedMarkdown(title, bodyText(blocks))

/** Charts that repeat, and what is looked up rather than read, are in the page. */
function withoutLookups(section: Section): Section {
  const shown = section.blocks.filter(
    (block) => block.kind !== 'chart' || CHARTS_KEPT.includes(block.chart.kind),
  )
  return { ...section, blocks: foldsNamed(shown) }
}

function sectionText({ id, title, blocks }: Section): string {
  return FOLDED.includes(id) ? foldedText(title, blocks) : `## ${escaped(title)}\n\n${bodyText(blocks)}`
}

const bytesOf = (text: string) => new TextEncoder().encode(text).length

/** A document that fits: of what does not matter most, the first sections go first. */
export function markdownOfSections(
  head: readonly string[],
  sections: readonly Section[],
  { budgetBytes, leftOutFirst }: { readonly budgetBytes: number; readonly leftOutFirst: readonly string[] },
  elsewhere: string,
): string {
  const textWithout = (leftOut: readonly string[]) => {
    const gone = sections.filter(({ id }) => leftOut.includes(id)).map(({ title }) => escaped(title))
    const note = gone.length === 0 ? [] : [`Left out to stay short: ${gone.join(', ')}. See ${elsewhere}.`]
    const kept = sections.filter(({ id }) => !leftOut.includes(id))
    return `${[...head, ...kept.map(sectionText), ...note].join('\n\n')}\n`
  }
  for (let count = 0; count < leftOutFirst.length; count += 1) {
    const text = textWithout(leftOutFirst.slice(0, count))
    if (bytesOf(text) <= budgetBytes) return text
  }
  return textWithout(leftOutFirst)
}

export const markdownReporter: Reporter = {
  id: 'markdown',
  file: 'report.md',
  render(results) {
    const { title, sections } = buildReport(results)
    const limits = { budgetBytes: BUDGET_BYTES, leftOutFirst: LEFT_OUT_FIRST }
    const kept = sections
      .filter(({ id }) => !IN_THE_PAGE.includes(id))
      .map((section) => withoutPreview(section))
    return markdownOfSections([`# ${escaped(title)}`], kept.map(withoutLookups), limits, EVERYTHING)
  },
}

/** For a pull request or a step summary: the first screen, with the judged change before it. */
export const summaryReporter: Reporter = {
  id: 'summary',
  file: 'summary.md',
  render(results) {
    const { title, sections } = buildReport(results)
    const bodies = firstScreenOf(sections).map((section) =>
      section.id === 'answer' ? bodyText(section.blocks) : sectionText(section),
    )
    const titles = leftOutSections(sections).map((section) => escaped(section.title))
    const named = titles.length === 0 ? [] : [`Also measured, in ${EVERYTHING}: ${titles.join(', ')}.`]
    const command = fenced([singleLine(results.run.command)])
    return `${[`### ${escaped(title)}`, ...bodies, ...named, foldedMarkdown('The same run again', command)].join('\n\n')}\n`
  },
}

/** The blocks of one section, without its heading, for other documents. Null: the run has nothing for it. */
export function markdownOfSection(results: Results, sectionId: string): string | null {
  const section = buildReport(results).sections.find(({ id }) => id === sectionId)
  return section === undefined ? null : section.blocks.map(blockText).join('\n\n')
}
