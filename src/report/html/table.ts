import { type ScaledColumn, scaledColumns } from '../columns.ts'
import type { Table, TableCell } from '../model.ts'
import { escapeHtml, proseHtml } from './escape.ts'

/** Characters that a table cell keeps on one line. */
const SHORT_WORDS = 20

/** A value and its interval stay together, the value at the decimal place of its neighbours. */
function cellHtml(cell: TableCell, column: ScaledColumn, isHead: boolean): string {
  const { value, interval } = column.textOf(cell)
  const tone = cell.tone === 'plain' ? '' : ` ${cell.tone}`
  if (isHead) {
    const state = cell.kind === 'text' ? cell.state : undefined
    const text = escapeHtml(value)
    return `<th scope="row">${state === undefined ? text : `<span class="state ${state}">${text}</span>`}</th>`
  }
  if (cell.kind === 'text') {
    if (cell.spoken !== undefined)
      return `<td class="sign${tone}"><span aria-hidden="true">${escapeHtml(value)}</span><span class="spoken">${escapeHtml(cell.spoken)}</span></td>`
    const kind = column.numeric ? 'number' : value.length <= SHORT_WORDS ? 'words short' : 'words'
    return `<td class="${kind}${tone}">${proseHtml(value)}</td>`
  }
  const bounds = interval === '' ? '' : ` <span class="interval">${escapeHtml(interval)}</span>`
  return `<td class="number${tone}" data-value="${cell.estimate.value}"><span class="value">${escapeHtml(value)}</span>${bounds}</td>`
}

/** Rows of one group after the other, each with its name in front; one nameless group where there are none. */
function bodiesHtml({ groups }: Table, rows: readonly string[], columns: number): string {
  const indices = Map.groupBy(rows.keys(), (index) => groups?.[index] ?? '')
  return [...indices]
    .map(([group, own]) => {
      const body = own.map((index) => rows[index]).join('\n')
      if (groups === undefined) return `<tbody>${body}</tbody>`
      const name = escapeHtml(group)
      return (
        `<tbody data-group="${name}"><tr class="group"><th scope="rowgroup" colspan="${columns}"><span>${name}</span></th></tr>\n` +
        `${body}</tbody>`
      )
    })
    .join('\n')
}

export function tableHtml(table: Table): string {
  const columns = scaledColumns(table)
  const heads = columns.map(({ title, unit, numeric }) => {
    const label = unit === '' ? '' : ` <span class="unit">${escapeHtml(unit)}</span>`
    return `<th scope="col"${numeric ? ' class="number"' : ''}>${escapeHtml(title)}${label}</th>`
  })
  const rows = table.rows.map((row) => {
    const cells = columns.flatMap((column, index) => {
      const cell = row[index]
      return cell === undefined ? [] : [cellHtml(cell, column, index === 0)]
    })
    return `<tr>${cells.join('')}</tr>`
  })
  const caption = escapeHtml(table.caption)
  const hasSigns = table.rows.some((row) =>
    row.some((cell) => cell.kind === 'text' && cell.spoken !== undefined),
  )
  const signs = hasSigns ? ' class="signs"' : ''
  const note = table.note === '' ? '' : `<p class="note">${escapeHtml(table.note)}</p>`
  return (
    `<div class="table" role="group" aria-label="${caption}" tabindex="0"><table${signs}><caption>${proseHtml(table.caption)}</caption>` +
    `<thead><tr>${heads.join('')}</tr></thead>\n${bodiesHtml(table, rows, columns.length)}</table></div>${note}`
  )
}
