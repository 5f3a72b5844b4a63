import * as Plot from '@observablehq/plot'
import { formatNumber, type Scale } from '../../units.ts'
import { shorten, singleLine } from '../terminal/width.ts'
import { CHART_WIDTH, FONT_SIZE, INK, MUTED, SIDE } from './frame.ts'
import { CHARACTER } from './marks.ts'
import { logarithmicTicks } from './ticks.ts'

const COLUMNS = 2
const GAP = 12
const HEADER = 18
const PANEL_HEIGHT = 112
/** Inside a panel: room for its name above, the horizontal axis below, the vertical one at the left. */
const INSET = { top: 20, bottom: 20, left: 30 }
const TITLE_CHARACTERS = 27
const SMALL = { fill: MUTED, fontSize: FONT_SIZE - 1, fontVariant: 'tabular-nums' as const }

export interface Panel<Row> {
  readonly row: Row
  /** For marks that must not join across panels. */
  readonly key: string
  /** Pixels of a place from 0 (left) to 1 (right), and of a value. */
  x(place: number): number
  y(value: number): number
}

interface Frame {
  /** Of the vertical, logarithmic axis, in the unit of the values. */
  readonly low: number
  readonly high: number
  readonly scale: Scale
  readonly header: string
  /** Of the horizontal axis, from 0 to 1. */
  readonly ticks: readonly { readonly place: number; readonly text: string }[]
}

const WIDTH = (CHART_WIDTH - 2 * SIDE - GAP * (COLUMNS - 1)) / COLUMNS

export const panelsHeight = (count: number): number => Math.ceil(count / COLUMNS) * PANEL_HEIGHT + HEADER + 4

/** Small multiples with the same axes: lines of 35 strategies in one panel could not be told apart. */
export function layPanels<Row extends { readonly label: string }>(
  rows: readonly Row[],
  { low, high, scale, header, ticks }: Frame,
): {
  readonly panels: readonly Panel<Row>[]
  readonly header: Plot.Markish
  /** Drawn below the lines. */
  readonly grid: readonly Plot.Markish[]
  /** Names and numbers; drawn above the lines. */
  readonly words: readonly Plot.Markish[]
} {
  const corners = rows.map((_, index) => ({
    left: SIDE + (index % COLUMNS) * (WIDTH + GAP),
    top: HEADER + Math.floor(index / COLUMNS) * PANEL_HEIGHT,
  }))
  const xOf = (left: number) => (place: number) => left + INSET.left + place * (WIDTH - INSET.left - 4)
  const yOf = (top: number) => (value: number) =>
    top +
    PANEL_HEIGHT -
    INSET.bottom -
    ((Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))) *
      (PANEL_HEIGHT - INSET.top - INSET.bottom - 4)
  const panels = rows.flatMap((row, index): readonly Panel<Row>[] => {
    const corner = corners[index]
    return corner === undefined ? [] : [{ row, key: `${index}`, x: xOf(corner.left), y: yOf(corner.top) }]
  })
  const names = rows.map(({ label }, index) => ({
    x: corners[index]?.left,
    y: (corners[index]?.top ?? 0) + 6,
    text: shorten(singleLine(label), TITLE_CHARACTERS),
  }))
  const across = corners.flatMap(({ left, top }) =>
    logarithmicTicks(low, high, 4).map((value) => ({
      x1: left + INSET.left,
      x2: left + WIDTH,
      x: left + INSET.left - 5,
      y: yOf(top)(value),
      text: formatNumber(value / scale.divisor),
    })),
  )
  const along = corners.flatMap(({ left, top }) =>
    ticks.map(({ place, text }) => ({
      x: xOf(left)(place),
      // Not beyond the edge of the picture, or into the next panel.
      textX: Math.min(xOf(left)(place), left + WIDTH + SIDE - (text.length * CHARACTER) / 2),
      y1: top + INSET.top,
      y2: top + PANEL_HEIGHT - INSET.bottom,
      y: top + PANEL_HEIGHT - INSET.bottom + 9,
      text,
    })),
  )
  const line = { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', stroke: INK, strokeOpacity: 0.12 } as const
  return {
    panels,
    header: Plot.text([{ x: SIDE, y: 8, text: header }], {
      x: 'x',
      y: 'y',
      text: 'text',
      textAnchor: 'start',
      fill: MUTED,
      fontSize: FONT_SIZE - 1,
    }),
    grid: [Plot.link(across, { ...line, y1: 'y', y2: 'y' }), Plot.link(along, { ...line, x1: 'x', x2: 'x' })],
    words: [
      Plot.text(names, { x: 'x', y: 'y', text: 'text', textAnchor: 'start', fill: INK, fontWeight: 600 }),
      Plot.text(across, { x: 'x', y: 'y', text: 'text', textAnchor: 'end', ...SMALL }),
      Plot.text(along, { x: 'textX', y: 'y', text: 'text', ...SMALL }),
    ],
  }
}
