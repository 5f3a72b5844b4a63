import * as Plot from '@observablehq/plot'
import { commonScale, formatEstimate } from '../../units.ts'
import type { RangeChart } from '../model.ts'
import { colorOf, type Drawing, MUTED, SURFACE } from './frame.ts'
import { axisMarks, labelMarks, layRows, TOP } from './marks.ts'
import { logarithmicTicks } from './ticks.ts'

const HEADER = 16

export function rangesDrawing(chart: RangeChart): Drawing {
  const at = layRows(chart.rows, HEADER)
  const estimates = chart.rows.flatMap(({ points }) => points.map(({ estimate }) => estimate))
  const scale = commonScale(chart.unit, estimates)
  const values = estimates.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value])
  const domain = [
    Math.min(...values.filter((value) => value > 0)) / 1.08,
    Math.max(...values) * 1.08,
  ] as const
  const dots = chart.rows.flatMap(({ state, points }, row) =>
    points.map(({ estimate }, index) => ({
      x: estimate.value,
      low: estimate.low ?? estimate.value,
      high: estimate.high ?? estimate.value,
      y: at.middle(row),
      color: colorOf(state),
      fill: index === 1 ? SURFACE : colorOf(state),
      symbol: index === 2 ? 'diamond2' : 'circle',
    })),
  )
  const spans = chart.rows.flatMap(({ state, points }, row) => {
    const [first, last] = [points[0], points.at(-1)]
    if (first === undefined || last === undefined) return []
    return [{ x1: first.estimate.value, x2: last.estimate.value, y: at.middle(row), color: colorOf(state) }]
  })
  const lastScale = commonScale(
    chart.unit,
    chart.rows.flatMap(({ points }) => points.at(-1)?.estimate ?? []),
  )
  const labels = chart.rows.map(({ label, state, points }) => {
    const last = points.at(-1)
    const text =
      last === undefined
        ? ''
        : `${last.name} ${formatEstimate(last.estimate, chart.unit, { scale: lastScale })}`
    return { label, state, text }
  })
  const names = (chart.rows[0]?.points ?? []).map(
    ({ name }, index) => `${['●', '○', '◆'][index] ?? '·'} ${name}`,
  )
  return {
    height: at.height,
    note: 'Pale bars around the dots are their intervals.',
    options: {
      x: { type: 'log', domain: [...domain], axis: null },
      y: { type: 'identity', axis: null },
      color: { type: 'identity' },
      symbol: { type: 'identity' },
      marks: [
        ...axisMarks(logarithmicTicks(domain[0], domain[1], 6), at.bottom, scale, at.top),
        Plot.text([{ y: TOP, text: names.join('   ') }], {
          y: 'y',
          text: 'text',
          frameAnchor: 'left',
          lineAnchor: 'top',
          fill: MUTED,
          fontSize: 11,
        }),
        Plot.link(spans, { x1: 'x1', x2: 'x2', y1: 'y', y2: 'y', stroke: 'color', strokeWidth: 1 }),
        Plot.link(dots, {
          x1: 'low',
          x2: 'high',
          y1: 'y',
          y2: 'y',
          stroke: 'color',
          strokeWidth: 9,
          strokeOpacity: 0.3,
        }),
        Plot.dot(dots, {
          x: 'x',
          y: 'y',
          r: 3.5,
          fill: 'fill',
          stroke: 'color',
          strokeWidth: 1.5,
          symbol: 'symbol',
        }),
        ...labelMarks(labels, at),
      ],
    },
  }
}
