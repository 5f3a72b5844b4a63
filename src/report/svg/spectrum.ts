import * as Plot from '@observablehq/plot'
import { commonScale, formatNumber, formatQuantile } from '../../units.ts'
import type { SpectrumChart } from '../model.ts'
import { shorten, singleLine } from '../text/width.ts'
import { CHART_WIDTH, colorOf, type Drawing, FONT_SIZE, INK, MUTED, SIDE } from './frame.ts'
import { logarithmicTicks } from './ticks.ts'

const COLUMNS = 2
const GAP = 12
const HEADER = 18
const PANEL_HEIGHT = 112
/** Inside a panel: room for its name above, percentiles below, latencies at the left. */
const INSET = { top: 20, bottom: 20, left: 30 }
const TITLE_CHARACTERS = 27
const LABELLED = [0.5, 0.9, 0.99, 0.999, 0.9999]

const nines = (quantile: number) => Math.log10(1 / (1 - quantile))

/** Small multiples: lines of 35 strategies in one panel could not be told apart. */
export function spectrumDrawing(chart: SpectrumChart): Drawing {
  const points = chart.rows.flatMap((row) => row.points)
  const values = points.map(({ value }) => value)
  const [low, high] = [Math.min(...values) / 1.05, Math.max(...values) * 1.05]
  const end = Math.max(...points.map(({ quantile }) => nines(quantile)))
  const width = (CHART_WIDTH - 2 * SIDE - GAP * (COLUMNS - 1)) / COLUMNS
  const scale = commonScale(
    chart.unit,
    values.map((value) => ({ value, low: null, high: null, rounds: 0 })),
  )
  const panels = chart.rows.map((row, index) => {
    const left = SIDE + (index % COLUMNS) * (width + GAP)
    const top = HEADER + Math.floor(index / COLUMNS) * PANEL_HEIGHT
    const x = (quantile: number) => left + INSET.left + (nines(quantile) / end) * (width - INSET.left - 4)
    const y = (value: number) =>
      top +
      PANEL_HEIGHT -
      INSET.bottom -
      ((Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))) *
        (PANEL_HEIGHT - INSET.top - INSET.bottom - 4)
    return { row, left, top, x, y, panel: `${index}` }
  })
  const quantiles = [...new Set(points.map(({ quantile }) => quantile))].sort((a, b) => a - b)
  const envelope = quantiles.map((quantile) => {
    const here = points.filter((point) => point.quantile === quantile).map(({ value }) => value)
    return { quantile, low: Math.min(...here), high: Math.max(...here) }
  })
  const band = panels.flatMap(({ x, y, panel }) =>
    envelope.map((each) => ({ x: x(each.quantile), y1: y(each.low), y2: y(each.high), panel })),
  )
  const lines = panels.flatMap(({ row, x, y, panel }) =>
    row.points.map(({ quantile, value }) => ({
      x: x(quantile),
      y: y(value),
      color: colorOf(row.state),
      panel,
    })),
  )
  const names = panels.map(({ row, left, top }) => ({
    x: left,
    y: top + 6,
    text: shorten(singleLine(row.label), TITLE_CHARACTERS),
  }))
  const percentiles = LABELLED.filter((quantile) => nines(quantile) <= end + 1e-9)
  const latencies = logarithmicTicks(low, high, 4)
  const across = panels.flatMap(({ left, y }) =>
    latencies.map((value) => ({
      x1: left + INSET.left,
      x2: left + width,
      x: left + INSET.left - 5,
      y: y(value),
      text: formatNumber(value / scale.divisor),
    })),
  )
  const along = panels.flatMap(({ top, x }) =>
    percentiles.map((quantile) => ({
      x: x(quantile),
      y1: top + INSET.top,
      y2: top + PANEL_HEIGHT - INSET.bottom,
      y: top + PANEL_HEIGHT - INSET.bottom + 9,
      text: formatQuantile(quantile),
    })),
  )
  const small = { fill: MUTED, fontSize: FONT_SIZE - 1, fontVariant: 'tabular-nums' as const }
  return {
    height: Math.ceil(chart.rows.length / COLUMNS) * PANEL_HEIGHT + HEADER + 4,
    note: 'One panel per strategy.',
    options: {
      margin: 0,
      x: { type: 'identity', axis: null },
      y: { type: 'identity', axis: null },
      color: { type: 'identity' },
      marks: [
        Plot.text([{ x: SIDE, y: 8, text: `Latency in ${scale.label}; grey: lowest to highest of all` }], {
          x: 'x',
          y: 'y',
          text: 'text',
          textAnchor: 'start',
          fill: MUTED,
          fontSize: FONT_SIZE - 1,
        }),
        Plot.areaY(band, { x: 'x', y1: 'y1', y2: 'y2', z: 'panel', fill: INK, fillOpacity: 0.1 }),
        Plot.link(across, { x1: 'x1', x2: 'x2', y1: 'y', y2: 'y', stroke: INK, strokeOpacity: 0.12 }),
        Plot.link(along, { x1: 'x', x2: 'x', y1: 'y1', y2: 'y2', stroke: INK, strokeOpacity: 0.12 }),
        Plot.line(lines, { x: 'x', y: 'y', z: 'panel', stroke: 'color', strokeWidth: 2 }),
        Plot.text(names, { x: 'x', y: 'y', text: 'text', textAnchor: 'start', fill: INK, fontWeight: 600 }),
        Plot.text(across, { x: 'x', y: 'y', text: 'text', textAnchor: 'end', ...small }),
        Plot.text(along, { x: 'x', y: 'y', text: 'text', ...small }),
      ],
    },
  }
}
