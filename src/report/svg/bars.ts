import * as Plot from '@observablehq/plot'
import { commonScale, estimateText, formatQuantity, isExact } from '../../units.ts'
import type { BarChart } from '../model.ts'
import { colorOf, type Drawing, INK, MUTED } from './frame.ts'
import { axisMarks, labelMarks, layRows, TOP, whiskerMarks } from './marks.ts'
import { linearTicks } from './ticks.ts'

const HALF_BAR = 6

export function barsDrawing(chart: BarChart): Drawing {
  const estimates = chart.rows.flatMap(({ segments }) => segments.map(({ estimate }) => estimate))
  const scale = commonScale(chart.unit, estimates)
  const header = chart.references.length > 0 ? 16 : 0
  const exact = isExact(estimates)
  const segments = chart.rows.flatMap(({ segments, ...row }) =>
    segments.map(({ name, estimate }, index) => ({
      ...row,
      label: index === 0 ? row.label : `+ ${name}`,
      estimate,
      opacity: index === 0 ? 1 : 0.5,
      start: segments.slice(0, index).reduce((sum, before) => sum + Math.max(0, before.estimate.value), 0),
    })),
  )
  const at = layRows(segments, header)
  const bars = segments.map((bar, row) => {
    const { value, interval } = estimateText(bar.estimate, chart.unit, { scale, signed: chart.signed })
    const y = at.middle(row)
    return {
      ...bar,
      y,
      x1: bar.start,
      x2: bar.start + bar.estimate.value,
      y1: y - HALF_BAR,
      y2: y + HALF_BAR,
      fill: colorOf(bar.state),
      text: exact ? value : `${value} ${interval}`,
    }
  })
  const whiskers = bars.flatMap(({ y, start, estimate: { low, high } }) =>
    low === null || high === null || low === high ? [] : [{ y, low: start + low, high: start + high }],
  )
  const ends = [
    ...bars.map(({ x2 }) => x2),
    ...whiskers.flatMap(({ low, high }) => [low, high]),
    ...chart.references.map(({ value }) => value * 1.02),
  ]
  const domain = [Math.min(0, ...ends), Math.max(...ends, Number.MIN_VALUE)] as const
  const names = chart.references.map(({ value, label }) => ({
    x: value,
    y: TOP,
    text: `${label}, ${formatQuantity(value, chart.unit)}`,
  }))
  const references = chart.references.flatMap(({ value }) =>
    bars.map(({ y }) => ({ x: value, y1: y - 12, y2: y + 12 })),
  )
  return {
    height: at.height,
    note: 'Bars with their intervals as whiskers.',
    options: {
      x: { type: 'linear', domain: [...domain], axis: null },
      y: { type: 'identity', axis: null },
      color: { type: 'identity' },
      marks: [
        ...axisMarks(
          linearTicks(domain[0], domain[1], 5),
          at.bottom,
          exact ? { ...scale, label: `${scale.label}, exact` } : scale,
        ),
        Plot.rect(bars, { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', fill: 'fill', fillOpacity: 'opacity' }),
        Plot.link([{ x: 0, y1: at.top, y2: at.bottom }], {
          x1: 'x',
          x2: 'x',
          y1: 'y1',
          y2: 'y2',
          stroke: INK,
        }),
        Plot.link(references, { x1: 'x', x2: 'x', y1: 'y1', y2: 'y2', stroke: INK, strokeDasharray: '3 3' }),
        ...(['start', 'end'] as const).map((textAnchor) =>
          Plot.text(
            names.filter(({ x }) => (x < (domain[0] + domain[1]) / 2 ? 'start' : 'end') === textAnchor),
            { x: 'x', y: 'y', text: 'text', textAnchor, lineAnchor: 'top', fill: MUTED, fontSize: 11 },
          ),
        ),
        ...whiskerMarks(whiskers),
        ...labelMarks(bars, at),
      ],
    },
  }
}
