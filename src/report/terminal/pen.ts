import type { Paint, Style } from './paint.ts'
import { singleLine, widthOf, wrap } from './width.ts'

/** Long lines of prose are hard to read, however wide the window. */
const PROSE_COLUMNS = 92

export interface Pen {
  readonly columns: number
  readonly paint: Paint
  /** A report of many strategies: what is long is shortened, and says so. */
  readonly brief: boolean
}

export function prose(
  text: string,
  { columns, paint }: Pen,
  style: Style,
  first = '',
  rest = first,
): readonly string[] {
  const width = Math.min(columns, PROSE_COLUMNS) - widthOf(first)
  return wrap(singleLine(text), width).map((line, index) => (index === 0 ? first : rest) + paint(style, line))
}
