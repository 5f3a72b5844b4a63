import { scaledColumns } from '../columns.ts'
import type { Table } from '../model.ts'
import { groupBefore } from '../short-form.ts'
import type { Paint, Style } from './paint.ts'
import { padEnd, padStart, shorten, singleLine, widthOf, wrap } from './width.ts'

const GAP = '  '
const NARROWEST = 8
const WIDEST_TEXT = 44
/** Of the first column in a table so long that it should not go on below. */
const WIDEST_NAME = 30

interface TextColumn {
  readonly head: readonly string[]
  readonly cells: readonly string[]
  readonly styles: readonly Style[]
  readonly numeric: boolean
  readonly width: number
}

/** Values end under each other, and so do intervals. */
function textColumns(table: Table): readonly TextColumn[] {
  return scaledColumns(table).map((column, index) => {
    const cells = table.rows.map((row) => row[index]).filter((cell) => cell !== undefined)
    const texts = cells.map((cell) => column.textOf(cell))
    const widest = (part: 'value' | 'interval') =>
      Math.max(
        0,
        ...texts.filter((_, row) => cells[row]?.kind === 'estimate').map((text) => widthOf(text[part])),
      )
    const [value, interval] = [widest('value'), widest('interval')]
    const lines = texts.map((text, row) =>
      cells[row]?.kind === 'estimate'
        ? `${padStart(text.value, value)} ${padEnd(text.interval, interval)}`.trimEnd()
        : singleLine(text.value),
    )
    const head = [singleLine(column.title), ...(column.unit === '' ? [] : [column.unit])]
    const words = head.flatMap((line) => (column.numeric ? line.split(' ') : [line]))
    return {
      head,
      cells: lines,
      styles: cells.map((cell) => (cell.kind === 'text' ? (cell.state ?? cell.tone) : cell.tone)),
      numeric: column.numeric,
      width: Math.max(...[...words, ...lines].map(widthOf)),
    }
  })
}

const total = (columns: readonly TextColumn[]) =>
  columns.reduce((sum, { width }) => sum + width, 0) + GAP.length * (columns.length - 1)

/** Text columns give way, the widest first; numbers are never broken. */
function shrunk(columns: readonly TextColumn[], limit: number): readonly TextColumn[] {
  const result = [...columns]
  while (total(result) > limit) {
    const widest = Math.max(...result.filter(({ numeric }) => !numeric).map(({ width }) => width))
    const index = result.findIndex(({ numeric, width }) => !numeric && width === widest)
    const column = result[index]
    if (column === undefined || widest <= NARROWEST) return result
    result[index] = { ...column, width: widest - 1 }
  }
  return result
}

/** Tables that are too wide go on below, with the first column repeated. */
function panels(
  columns: readonly TextColumn[],
  limit: number,
  isLong: boolean,
): readonly (readonly TextColumn[])[] {
  const within = (name: number) =>
    columns.map((column, index) =>
      column.numeric
        ? column
        : { ...column, width: Math.min(column.width, index === 0 ? name : WIDEST_TEXT) },
    )
  // Names on two lines are better than a table in two parts.
  const isNarrow = isLong || (total(within(WIDEST_TEXT)) > limit && total(within(WIDEST_NAME)) <= limit)
  const [first, ...rest] = within(isNarrow ? WIDEST_NAME : WIDEST_TEXT)
  if (first === undefined) return []
  if (!columns.some(({ numeric }) => numeric)) return [shrunk(columns, limit)]
  const result: TextColumn[][] = [[first]]
  for (const column of rest) {
    const panel = result.at(-1)
    if (panel === undefined || (panel.length > 1 && total([...panel, column]) > limit))
      result.push([first, column])
    else panel.push(column)
  }
  return result.map((panel) => shrunk(panel, limit))
}

function panelLines(
  columns: readonly TextColumn[],
  { rows, groups = [] }: Table,
  paint: Paint,
  limit: number,
): readonly string[] {
  const lineOf = (part: (column: TextColumn) => string, style: (column: TextColumn) => Style) =>
    columns
      // Padding stays outside of the colours, so that it can be trimmed.
      .map(
        (column) =>
          paint(style(column), part(column)) + ' '.repeat(Math.max(0, column.width - widthOf(part(column)))),
      )
      .join(GAP)
      .trimEnd()
  const block = (cells: readonly (readonly string[])[], style: (column: TextColumn) => Style) =>
    Array.from({ length: Math.max(...cells.map((lines) => lines.length)) }, (_, line) =>
      lineOf((column) => cells[columns.indexOf(column)]?.[line] ?? '', style),
    )
  const heads = columns.map(({ head, width }) => head.flatMap((line) => wrap(line, width)))
  return [
    ...block(heads, () => 'strong'),
    paint('muted', columns.map(({ width }) => '─'.repeat(width)).join(GAP)),
    ...rows.flatMap((_, row) => {
      const group = groupBefore(groups, row)
      return [
        ...(group === null ? [] : [paint('muted', shorten(singleLine(group), limit))]),
        ...block(
          columns.map(({ cells, width, numeric }) =>
            numeric ? [cells[row] ?? ''] : wrap(cells[row] ?? '', width),
          ),
          ({ styles }) => styles[row] ?? 'plain',
        ),
      ]
    }),
  ]
}

export function tableLines(table: Table, columns: number, paint: Paint): readonly string[] {
  return panels(textColumns(table), columns, table.groups !== undefined).flatMap((panel, index) => [
    ...(index === 0
      ? []
      : [
          '',
          ...wrap(singleLine(`${table.caption}, continued`), columns).map((line) => paint('strong', line)),
        ]),
    ...panelLines(panel, table, paint, columns),
  ])
}

/** As many columns as stand side by side, and how many have no room. */
export function tableStart(
  table: Table,
  columns: number,
  paint: Paint,
): { readonly lines: readonly string[]; readonly columnsLeft: number } {
  const [first = [], ...rest] = panels(textColumns(table), columns, table.groups !== undefined)
  const columnsLeft = rest.reduce((sum, panel) => sum + panel.length - 1, 0)
  return { lines: panelLines(first, table, paint, columns), columnsLeft }
}
