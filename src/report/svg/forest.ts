import * as Plot from '@observablehq/plot'
import { commonScale, formatEstimate } from '../../units.ts'
import type { ForestChart } from '../model.ts'
import { colorOf, type Drawing, INK, SURFACE } from './frame.ts'
import { axisMarks, labelMarks, layRows, whiskerMarks } from './marks.ts'
import { logarithmicTicks } from './ticks.ts'

export function forestDrawing(chart: ForestChart): Drawing {
  const ratios = chart.rows.map(({ ratio }) => ratio)
  const scale = commonScale('ratio', ratios)
  const values = ratios.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value])
  const all = [...values, 1, ...(chart.band === null ? [] : [chart.band.low, chart.band.high])]
  const domain = [Math.min(...all) / 1.04, Math.max(...all) * 1.04] as const
  const at = layRows(chart.rows)
  const dots = chart.rows.map(({ state, ratio, shown }, row) => ({
    x: ratio.value,
    y: at.middle(row),
    color: colorOf(state),
    fill: shown ? colorOf(state) : SURFACE,
  }))
  const whiskers = ratios.flatMap(({ low, high }, row) =>
    low === null || high === null ? [] : [{ y: at.middle(row), low, high }],
  )
  const spans = chart.rows.map((_, row) => ({ y1: at.middle(row) - 10, y2: at.middle(row) + 10 }))
  const { band } = chart
  const bands = band === null ? [] : spans.map((span) => ({ ...span, x1: band.low, x2: band.high }))
  const ones = spans.map((span) => ({ ...span, x: 1 }))
  const labels = chart.rows.map(({ label, state, ratio }) => ({
    label,
    state,
    text: formatEstimate(ratio, 'ratio', { scale }),
  }))
  return {
    height: at.height,
    note: '',
    options: {
      x: { type: 'log', domain: [...domain], axis: null },
      y: { type: 'identity', axis: null },
      color: { type: 'identity' },
      marks: [
        Plot.rect(bands, { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', fill: INK, fillOpacity: 0.12 }),
        ...axisMarks(logarithmicTicks(domain[0], domain[1], 6), at.bottom, { label: 'ratio, ×', divisor: 1 }),
        Plot.link(ones, { x1: 'x', x2: 'x', y1: 'y1', y2: 'y2', stroke: INK }),
        ...whiskerMarks(whiskers),
        Plot.dot(dots, { x: 'x', y: 'y', r: 4.5, fill: 'fill', stroke: 'color', strokeWidth: 2 }),
        ...labelMarks(labels, at),
      ],
    },
  }
}
