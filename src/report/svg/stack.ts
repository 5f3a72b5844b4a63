import * as Plot from '@observablehq/plot'
import { commonScale, estimateText, isExact } from '../../units.ts'
import type { PartId, StackChart } from '../model.ts'
import { widthOf } from '../terminal/width.ts'
import { CHART_WIDTH, type Drawing, FONT_SIZE, INK, MUTED, SIDE, SURFACE } from './frame.ts'
import { axisMarks, labelMarks, layRows, whiskerMarks } from './marks.ts'
import { linearTicks } from './ticks.ts'

const HALF_BAR = 7
const LEGEND_LINE = 16
const SWATCH = 9
const CHARACTER = FONT_SIZE * 0.6

/** Empty, with a broken outline, for what nobody measured. */
const fillOf = (id: PartId): string => (id === 'rest' ? SURFACE : `var(--part-${id})`)
const strokeOf = (id: PartId): string => (id === 'rest' ? INK : 'none')

/** Names beside their colours, in as many lines as they take. */
function legendOf(parts: StackChart['parts']) {
  let [x, line] = [SIDE, 0]
  const entries = parts.map(({ id, name }) => {
    const width = SWATCH + 4 + widthOf(name) * CHARACTER + 14
    if (x + width > CHART_WIDTH - SIDE && x > SIDE) [x, line] = [SIDE, line + 1]
    const entry = { id, name, x, y: 8 + line * LEGEND_LINE }
    x += width
    return entry
  })
  return { entries, height: (line + 1) * LEGEND_LINE }
}

export function stackDrawing(chart: StackChart): Drawing {
  const legend = legendOf(chart.parts)
  const at = layRows(chart.rows, legend.height)
  const totals = chart.rows.map(({ total }) => total)
  const scale = commonScale(chart.unit, totals)
  const exact = isExact(totals)
  const rows = chart.rows.map(({ label, state, parts, total }, row) => {
    const { value, interval } = estimateText(total, chart.unit, { scale })
    const y = at.middle(row)
    let end = 0
    const segments = parts.map(({ id, estimate }) => {
      const start = end
      end += estimate.value
      return {
        id,
        x1: start,
        x2: end,
        y1: y - HALF_BAR,
        y2: y + HALF_BAR,
        fill: fillOf(id),
        stroke: strokeOf(id),
      }
    })
    return { label, state, y, total, segments, text: exact ? value : `${value} ${interval}` }
  })
  const segments = rows.flatMap((row) => row.segments)
  const whiskers = rows.flatMap(({ y, total: { low, high } }) =>
    low === null || high === null || low === high ? [] : [{ y, low, high }],
  )
  const ends = [...segments.flatMap(({ x1, x2 }) => [x1, x2]), ...whiskers.map(({ high }) => high)]
  const domain = [Math.min(0, ...ends), Math.max(...ends, Number.MIN_VALUE)] as const
  const box = { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2' } as const
  const swatches = legend.entries.map(({ id, x, y }) => ({
    x,
    y,
    fill: fillOf(id),
    stroke: id === 'rest' ? INK : fillOf(id),
  }))
  const perPixel = (domain[1] - domain[0]) / (CHART_WIDTH - 2 * SIDE)
  const place = (pixels: number) => domain[0] + (pixels - SIDE) * perPixel
  return {
    height: at.height,
    note: 'Stacked bars; whiskers: interval of the total.',
    options: {
      x: { type: 'linear', domain: [...domain], axis: null },
      y: { type: 'identity', axis: null },
      color: { type: 'identity' },
      marks: [
        ...axisMarks(
          linearTicks(domain[0], domain[1], 5),
          at.bottom,
          exact ? { ...scale, label: `${scale.label}, exact` } : scale,
          at.top,
        ),
        Plot.rect(
          segments.filter(({ id }) => id !== 'rest'),
          { ...box, fill: 'fill' },
        ),
        Plot.rect(
          segments.filter(({ id }) => id === 'rest'),
          { ...box, fill: 'fill', fillOpacity: 0.6, stroke: 'stroke', strokeDasharray: '2 2' },
        ),
        Plot.link([{ x: 0, y1: at.top, y2: at.bottom }], {
          x1: 'x',
          x2: 'x',
          y1: 'y1',
          y2: 'y2',
          stroke: INK,
        }),
        Plot.rect(
          swatches.map(({ x, y, fill, stroke }) => ({
            x1: place(x),
            x2: place(x + SWATCH),
            y1: y - SWATCH / 2,
            y2: y + SWATCH / 2,
            fill,
            stroke,
          })),
          { ...box, fill: 'fill', stroke: 'stroke' },
        ),
        Plot.text(
          legend.entries.map(({ x, y, name }) => ({ x: place(x + SWATCH + 4), y, name })),
          { x: 'x', y: 'y', text: 'name', textAnchor: 'start', fill: MUTED, fontSize: FONT_SIZE - 1 },
        ),
        ...whiskerMarks(whiskers),
        ...labelMarks(rows, at),
      ],
    },
  }
}
