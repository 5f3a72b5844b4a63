import * as Plot from '@observablehq/plot'
import { formatNumber, type Scale } from '../../units.ts'
import type { State } from '../model.ts'
import { shorten, singleLine, widthOf } from '../text/width.ts'
import { CHART_WIDTH, FONT_SIZE, INK, MARK_OFFSET, MUTED, ROW_HEIGHT, SIDE, SURFACE } from './frame.ts'

/** Pixels of an average character, measured on a common sans-serif. */
const CHARACTER = FONT_SIZE * 0.6
const TOP = 4
const AXIS_HEIGHT = 34
/** Keeps text readable where a line runs behind it. */
const HALO = { stroke: SURFACE, strokeWidth: 4 } as const

export interface RowLabel {
  readonly label: string
  readonly state: State
  /** Numbers at the right end of the label's line. */
  readonly text: string
}

export const topOf = (row: number, header = 0): number => TOP + header + row * ROW_HEIGHT
export const middleOf = (row: number, header = 0): number => topOf(row, header) + MARK_OFFSET
export const bottomOf = (rows: number, header = 0): number => topOf(rows, header) + 2
export const heightOf = (rows: number, header = 0): number => bottomOf(rows, header) + AXIS_HEIGHT

/** Names above what is drawn, so that drawings get the whole width and names need not be turned or cut short. */
export function labelMarks(rows: readonly RowLabel[], header = 0): readonly Plot.Markish[] {
  const placed = rows.map(({ label, text }, index) => {
    const room = (CHART_WIDTH - 2 * SIDE) / CHARACTER - widthOf(text) - 1
    return {
      y: topOf(index, header) + 8,
      label: shorten(singleLine(label), Math.max(8, Math.floor(room))),
      text,
    }
  })
  const common = { y: 'y', fontSize: FONT_SIZE, fill: INK, ...HALO } as const
  return [
    Plot.text(placed, { ...common, text: 'label', frameAnchor: 'left', fontWeight: 600 }),
    Plot.text(placed, { ...common, text: 'text', frameAnchor: 'right', fontVariant: 'tabular-nums' }),
  ]
}

/** Grid and numbers of the horizontal axis, with the unit at its end. */
export function axisMarks(
  ticks: readonly number[],
  bottom: number,
  scale: Scale,
  top = TOP,
): readonly Plot.Markish[] {
  const lines = ticks.map((x) => ({ x, y1: top, y2: bottom }))
  const numbers = ticks.map((x) => ({ x, y: bottom + 10, text: formatNumber(x / scale.divisor) }))
  return [
    Plot.link(lines, { x1: 'x', x2: 'x', y1: 'y1', y2: 'y2', stroke: INK, strokeOpacity: 0.12 }),
    Plot.text(numbers, {
      x: 'x',
      y: 'y',
      text: 'text',
      fill: MUTED,
      fontSize: FONT_SIZE - 1,
      fontVariant: 'tabular-nums',
    }),
    Plot.text([{ y: bottom + 25, text: scale.label }], {
      y: 'y',
      text: 'text',
      frameAnchor: 'right',
      fill: MUTED,
      fontSize: FONT_SIZE - 1,
    }),
  ]
}

export interface Whisker {
  readonly y: number
  readonly low: number
  readonly high: number
}

/** An interval: a line with caps. */
export function whiskerMarks(whiskers: readonly Whisker[], stroke: string = INK): readonly Plot.Markish[] {
  const caps = whiskers.flatMap(({ y, low, high }) => [low, high].map((x) => ({ x, y1: y - 4, y2: y + 4 })))
  return [
    Plot.link(whiskers, { x1: 'low', x2: 'high', y1: 'y', y2: 'y', stroke, strokeWidth: 1.5 }),
    Plot.link(caps, { x1: 'x', x2: 'x', y1: 'y1', y2: 'y2', stroke, strokeWidth: 1.5 }),
  ]
}
