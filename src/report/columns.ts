import { commonScale, type EstimateText, estimateText, isExact, type Scale } from '../units.ts'
import type { Column, Table, TableCell } from './model.ts'

/** A column whose numbers share one scale, so that they can be compared by eye. */
export interface ScaledColumn {
  readonly title: string
  /** Empty for text. `B, exact` where that is true of every number, which then does not repeat it. */
  readonly unit: string
  readonly numeric: boolean
  textOf(cell: TableCell): EstimateText
}

function scaledColumn(column: Column, cells: readonly TableCell[]): ScaledColumn {
  const estimates = cells.flatMap((cell) => (cell.kind === 'estimate' ? [cell.estimate] : []))
  const scale: Scale | null = column.unit === null ? null : commonScale(column.unit, estimates)
  const exact = isExact(estimates)
  return {
    title: column.title,
    unit: scale === null ? '' : exact ? `${scale.label}, exact` : scale.label,
    numeric: column.unit !== null,
    textOf(cell) {
      if (cell.kind === 'text') return { value: cell.text, unit: '', interval: '' }
      const options = { signed: cell.signed, ...(scale === null ? {} : { scale }) }
      const text = estimateText(cell.estimate, column.unit ?? '', options)
      const interval = exact ? '' : text.interval
      const mark = cell.mark ?? ''
      return interval === ''
        ? { ...text, interval, value: text.value + mark }
        : { ...text, interval: interval + mark }
    },
  }
}

export function scaledColumns({ columns, rows }: Table): readonly ScaledColumn[] {
  return columns.map((column, index) => {
    const cells = rows.map((row) => row[index]).filter((cell) => cell !== undefined)
    return scaledColumn(column, cells)
  })
}
