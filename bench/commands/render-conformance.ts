import { CHECKLIST, CHECKLIST_GROUPS } from '../../src/checklist/items.ts'
import {
  type ConformanceMatrix,
  type ConformanceOutcome,
  type ConformanceRow,
  conformanceCounts,
  conformanceMatrix,
  isUnexpected,
  OUTCOME_MARKS,
} from '../../src/checklist/rows.ts'
import type { Paint, Style } from '../../src/report/terminal/paint.ts'
import { padEnd, shorten, singleLine, wrap } from '../../src/report/terminal/width.ts'

const WIDTH = 100
const STYLES: Readonly<Record<ConformanceOutcome, Style>> = {
  pass: 'good',
  'expected failure': 'warn',
  'unexpected failure': 'bad',
  'unexpected pass': 'bad',
  'not applicable': 'muted',
}

const letterOf = (item: string): string => item.slice(0, 1)
const indented = (text: string, by: number): readonly string[] =>
  wrap(text, WIDTH - by).map((line) => ' '.repeat(by) + line)

/** A gap before each letter of the checklist. */
function cellsOf(items: readonly string[], cells: readonly string[]): string {
  return items
    .map((item, index) => {
      const isFirst = index > 0 && letterOf(item) !== letterOf(items[index - 1] ?? '')
      return (isFirst ? ' ' : '') + (cells[index] ?? '')
    })
    .join('')
}

/** One column for each item: its letter and the two digits of its number stand above each other. */
function matrixLines(
  { items, strategies }: ConformanceMatrix,
  groupOf: (strategy: string) => string | null,
  paint: Paint,
): readonly string[] {
  const room =
    WIDTH -
    2 -
    cellsOf(
      items,
      items.map(() => ' '),
    ).length
  const width = Math.min(room, Math.max(...strategies.map(({ strategy }) => strategy.length)))
  const heads = [0, 1, 2].map((place) => {
    const characters = items.map((item) => item.charAt(place))
    return `${' '.repeat(width)}  ${paint('strong', cellsOf(items, characters))}`
  })
  let group: string | null = null
  const lines = strategies.flatMap(({ strategy, outcomes }) => {
    const marks = outcomes.map((outcome) => paint(STYLES[outcome], OUTCOME_MARKS[outcome]))
    const line = `${padEnd(shorten(singleLine(strategy), width), width)}  ${cellsOf(items, marks)}`
    const own = groupOf(strategy)
    const isNew = own !== null && own !== group
    group = own
    return isNew ? [paint('muted', own), line] : [line]
  })
  return [...heads, ...lines]
}

function legend(paint: Paint): readonly string[] {
  const outcomes = Object.entries(OUTCOME_MARKS) as [ConformanceOutcome, string][]
  const marks = outcomes.map(([outcome, mark]) => `${paint(STYLES[outcome], mark)} ${outcome}`)
  return [
    marks.join('   '),
    ...indented(
      Object.entries(CHECKLIST_GROUPS)
        .map(([letter, what]) => `${letter} ${what}`)
        .join(', '),
      0,
    ),
  ]
}

function itemText(item: string): string {
  const known = CHECKLIST.find(({ id }) => id === item)
  return known === undefined ? item : `${item} ${known.text} (${known.source})`
}

/** Each item once, and below it who failed it and why, those with the same reason together. */
function failureLines(rows: readonly ConformanceRow[]): readonly string[] {
  return [...Map.groupBy(rows, ({ item }) => item)].flatMap(([item, ofItem]) => [
    ...indented(itemText(item), 2),
    ...[...Map.groupBy(ofItem, ({ detail }) => detail)].flatMap(([detail, same]) =>
      indented(`${same.map(({ strategy }) => strategy).join(', ')}: ${singleLine(detail ?? '')}`, 6),
    ),
  ])
}

/** The matrix, what it means, and every failure with its reason. */
export function conformanceText(
  rows: readonly ConformanceRow[],
  groupOf: (strategy: string) => string | null,
  paint: Paint,
): string {
  const expected = rows.filter(({ outcome }) => outcome === 'expected failure')
  const unexpected = rows.filter(isUnexpected)
  const again = rows.filter(({ outcome, detail }) => outcome === 'pass' && detail !== null)
  const counts = conformanceCounts(rows)
  const sections = [
    matrixLines(conformanceMatrix(rows), groupOf, paint),
    legend(paint),
    expected.length === 0 ? [] : [paint('strong', 'Failures by design'), ...failureLines(expected)],
    again.length === 0 ? [] : [paint('strong', 'Passed when tried again'), ...failureLines(again)],
    unexpected.length === 0 ? [] : [paint('bad', 'Not as declared'), ...failureLines(unexpected)],
    indented(
      `${counts.pass} passed, ${counts['expected failure']} failed by design, ${unexpected.length} not as declared, ${counts['not applicable']} do not apply.`,
      0,
    ),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}
