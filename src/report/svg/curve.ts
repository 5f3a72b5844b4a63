import * as Plot from '@observablehq/plot'
import { commonScale, formatNumber } from '../../units.ts'
import type { CurveChart } from '../model.ts'
import { colorOf, type Drawing, INK } from './frame.ts'
import { layPanels, panelsHeight } from './panels.ts'
import { linearTicks } from './ticks.ts'

export function curveDrawing(chart: CurveChart): Drawing {
  const points = chart.rows.flatMap((row) => row.points)
  const estimates = points.map(({ estimate }) => estimate)
  const ends = estimates.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value])
  const [low, high] = [Math.min(...ends.filter((end) => end > 0)) / 1.05, Math.max(...ends) * 1.05]
  const scale = commonScale(chart.unit, estimates)
  const last = Math.max(...points.map(({ rate }) => rate.value)) * 1.04
  const { panels, header, grid, words } = layPanels(chart.rows, {
    low,
    high,
    scale,
    header: `Latency in ${scale.label} against req/s; grey: the other panels`,
    ticks: linearTicks(0, last, 3).map((rate) => ({ place: rate / last, text: formatNumber(rate) })),
  })
  const lines = panels.flatMap(({ row, x, y, key }) =>
    row.points.map(({ rate, estimate }) => ({
      x: x(rate.value / last),
      y: y(estimate.value),
      y1: y(Math.max(low, estimate.low ?? estimate.value)),
      y2: y(estimate.high ?? estimate.value),
      color: colorOf(row.state),
      key,
    })),
  )
  const others = panels.flatMap(({ row: own, x, y, key }) =>
    chart.rows
      .filter((row) => row !== own)
      .flatMap((row, index) =>
        row.points.map(({ rate, estimate }) => ({
          x: x(rate.value / last),
          y: y(estimate.value),
          key: `${key} ${index}`,
        })),
      ),
  )
  return {
    height: panelsHeight(chart.rows.length),
    note: 'One panel per strategy; upright bars are intervals.',
    options: {
      margin: 0,
      x: { type: 'identity', axis: null },
      y: { type: 'identity', axis: null },
      color: { type: 'identity' },
      marks: [
        header,
        ...grid,
        Plot.line(others, { x: 'x', y: 'y', z: 'key', stroke: INK, strokeOpacity: 0.16, strokeWidth: 1 }),
        Plot.link(lines, {
          x1: 'x',
          x2: 'x',
          y1: 'y1',
          y2: 'y2',
          stroke: 'color',
          strokeWidth: 5,
          strokeOpacity: 0.35,
        }),
        Plot.line(lines, { x: 'x', y: 'y', z: 'key', stroke: 'color', strokeWidth: 2 }),
        Plot.dot(lines, { x: 'x', y: 'y', r: 2.5, fill: 'color' }),
        ...words,
      ],
    },
  }
}
