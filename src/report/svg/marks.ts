import * as Plot from '@observablehq/plot'
import { formatNumber, type Scale } from '../../units.ts'
import type { State } from '../model.ts'
import { shorten, singleLine, widthOf } from '../terminal/width.ts'
import { CHART_WIDTH, FONT_SIZE, INK, MARK_OFFSET, MUTED, ROW_HEIGHT, SIDE, SURFACE } from './frame.ts'

/** Pixels of an average character, measured on a common sans-serif. */
export const CHARACTER = FONT_SIZE * 0.6
/** Of what stands above the rows. */
export const TOP = 4
const AXIS_HEIGHT = 34
const HEADING_HEIGHT = 28
/** Keeps text readable where a line runs behind it. */
const HALO = { stroke: SURFACE, strokeWidth: 4 } as const

export interface RowLabel {
  /** What a page finds the texts by. */
  readonly id?: string
  readonly label: string
  readonly state: State
  /** Numbers at the right end of the label's line. */
  readonly text: string
}

/** Where rows are, with room for the names of their groups. */
export interface Rows {
  /** Of the first row's name, or of its group's. */
  readonly top: number
  /** Of what is drawn in the row. */
  middle(row: number): number
  /** Of the name above it. */
  label(row: number): number
  readonly bottom: number
  /** Of the drawing, axis included. */
  readonly height: number
  readonly headings: readonly { readonly y: number; readonly text: string }[]
}

export function layRows(
  rows: readonly { readonly group?: string }[],
  header = 0,
  rowHeight = ROW_HEIGHT,
): Rows {
  const top = TOP + header
  const begins = rows.map(({ group }, row) => group !== undefined && group !== rows[row - 1]?.group)
  const topOf = (row: number) =>
    top + row * rowHeight + begins.slice(0, row + 1).filter(Boolean).length * HEADING_HEIGHT
  const bottom = topOf(rows.length) + 2
  return {
    top,
    middle: (row) => topOf(row) + MARK_OFFSET,
    label: (row) => topOf(row) + 8,
    bottom,
    height: bottom + AXIS_HEIGHT,
    headings: rows.flatMap(({ group }, row) =>
      group !== undefined && begins[row] ? [{ y: topOf(row) - HEADING_HEIGHT, text: group }] : [],
    ),
  }
}

const withoutBrackets = (name: string): string => name.replace(/ \([^()]*\)$/, '')

/** Where a name is too long it goes without the library in its brackets, unless another one would then be the same. */
function fitted(names: readonly string[], index: number, room: number): string {
  const name = names[index] ?? ''
  const short = withoutBrackets(name)
  const isOnly = names.filter((other) => withoutBrackets(other) === short).length === 1
  return shorten(widthOf(name) > room && isOnly ? short : name, room)
}

/** Names above what is drawn, so that drawings get the whole width and names need not be turned or cut short. */
export function labelMarks(rows: readonly RowLabel[], at: Rows): readonly Plot.Markish[] {
  const names = rows.map(({ label }) => singleLine(label))
  const placed = rows.map(({ id, text }, index) => {
    const room = (CHART_WIDTH - 2 * SIDE) / CHARACTER - widthOf(text) - 1
    return { y: at.label(index), id, label: fitted(names, index, Math.max(8, Math.floor(room))), text }
  })
  const common = { y: 'y', fontSize: FONT_SIZE, fill: INK, ...HALO } as const
  const named = rows.some(({ id }) => id !== undefined) ? ({ ariaLabel: 'id' } as const) : {}
  const headings = at.headings.map(({ y, text }) => ({ y: y + 16, text: singleLine(text).toUpperCase() }))
  return [
    Plot.ruleY(at.headings, { y: ({ y }) => y + 3, stroke: INK, strokeOpacity: 0.5 }),
    Plot.text(headings, {
      ...common,
      text: 'text',
      frameAnchor: 'left',
      fill: MUTED,
      fontSize: FONT_SIZE - 1,
      fontWeight: 600,
    }),
    Plot.text(placed, { ...common, ...named, text: 'label', frameAnchor: 'left', fontWeight: 600 }),
    Plot.text(placed, {
      ...common,
      ...named,
      text: 'text',
      frameAnchor: 'right',
      fontVariant: 'tabular-nums',
    }),
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
