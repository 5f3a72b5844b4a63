import * as Plot from '@observablehq/plot'
import { estimateText, formatPercent } from '../../units.ts'
import type { StripChart } from '../model.ts'
import { colorOf, type Drawing, INK, MUTED } from './frame.ts'
import { axisMarks, labelMarks, layRows, TOP } from './marks.ts'
import { linearTicks } from './ticks.ts'

const HEADER = 16
const HALF_STRIP = 8

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) /
    2
  )
}

export function stripDrawing(chart: StripChart): Drawing {
  const at = layRows(chart.rows, HEADER)
  const rows = chart.rows.map((row) => ({ ...row, median: medianOf(row.values.map(({ value }) => value)) }))
  const deviation = (value: number, median: number) => (median === 0 ? 0 : value / median - 1)
  const largest = Math.max(
    1e-9,
    ...rows.flatMap(({ values, median }) => values.map(({ value }) => Math.abs(deviation(value, median)))),
  )
  const dots = rows.flatMap(({ state, values, median }, row) =>
    values.map(({ round, value }) => ({
      x: round + 1,
      y: at.middle(row) - (deviation(value, median) / largest) * HALF_STRIP,
      color: colorOf(state),
      row: `${row}`,
    })),
  )
  const last = Math.max(1, ...dots.map(({ x }) => x))
  const domain = [0.5, last + 0.5] as const
  const guides = rows.map((_, row) => ({ y: at.middle(row), x1: domain[0], x2: domain[1] }))
  const labels = rows.map(({ label, state, values, median }) => {
    const numbers = values.map(({ value }) => value)
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)]
    const text = estimateText({ value: median, low, high, rounds: values.length }, chart.unit)
    const range = text.interval.replace(/[[\]]/g, '').replace(', ', ' to ')
    return { label, state, text: low === high ? `${text.value} ${text.unit}` : `${range} ${text.unit}` }
  })
  return {
    height: at.height,
    note: 'Dots from left to right; the numbers are the lowest and the highest round.',
    options: {
      x: { type: 'linear', domain: [...domain], axis: null },
      y: { type: 'identity', axis: null },
      color: { type: 'identity' },
      marks: [
        ...axisMarks(
          linearTicks(1, last, Math.min(6, last)).filter(Number.isInteger),
          at.bottom,
          { label: 'round', divisor: 1 },
          at.top,
        ),
        Plot.text(
          [{ y: TOP, text: `Half a strip up or down: ${formatPercent(largest)} from the row’s median` }],
          {
            y: 'y',
            text: 'text',
            frameAnchor: 'left',
            lineAnchor: 'top',
            fill: MUTED,
            fontSize: 11,
          },
        ),
        Plot.link(guides, { x1: 'x1', x2: 'x2', y1: 'y', y2: 'y', stroke: INK, strokeOpacity: 0.25 }),
        Plot.line(dots, { x: 'x', y: 'y', z: 'row', stroke: 'color', strokeWidth: 1, strokeOpacity: 0.5 }),
        Plot.dot(dots, { x: 'x', y: 'y', r: 3, fill: 'color' }),
        ...labelMarks(labels, at),
      ],
    },
  }
}
