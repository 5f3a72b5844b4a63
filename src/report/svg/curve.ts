import * as Plot from '@observablehq/plot'
import { commonScale, formatNumber } from '../../units.ts'
import type { CurveChart } from '../model.ts'
import { colorOf, type Drawing, INK } from './frame.ts'
import { layPanels, panelsHeight } from './panels.ts'
import { linearTicks, logarithmicTicks } from './ticks.ts'

/** From 0 for what grows in equal steps. */
function horizontal(scale: CurveChart['axis']['scale'], values: readonly number[]) {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  if (scale === 'linear' || !(least > 0) || least === most) {
    const last = most * 1.04 || 1
    return { placeOf: (value: number) => value / last, ticks: linearTicks(0, last, 3) }
  }
  const [low, high] = [least, most * 1.04]
  return {
    placeOf: (value: number) => Math.log(value / low) / Math.log(high / low),
    ticks: logarithmicTicks(low, high, 4),
  }
}

export function curveDrawing(chart: CurveChart): Drawing {
  const points = chart.rows.flatMap((row) => row.points)
  const estimates = points.map(({ estimate }) => estimate)
  const ends = estimates.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value])
  const [low, high] = [Math.min(...ends.filter((end) => end > 0)) / 1.05, Math.max(...ends) * 1.05]
  const scale = commonScale(chart.unit, estimates)
  const { placeOf, ticks } = horizontal(
    chart.axis.scale,
    points.map(({ x }) => x.value),
  )
  const { panels, header, grid, words } = layPanels(chart.rows, {
    low,
    high,
    scale,
    // One line of the picture's width: what its title says is not said again.
    header: `${chart.what === chart.title ? scale.label : `${chart.what} in ${scale.label}`} against ${chart.axis.title}; grey: others`,
    ticks: ticks.map((value) => ({ place: placeOf(value), text: formatNumber(value) })),
  })
  const lines = panels.flatMap(({ row, x, y, key }) =>
    row.points.map(({ x: at, estimate }) => ({
      x: x(placeOf(at.value)),
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
        row.points.map(({ x: at, estimate }) => ({
          x: x(placeOf(at.value)),
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
