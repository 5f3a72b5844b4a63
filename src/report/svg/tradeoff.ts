import * as Plot from '@observablehq/plot'
import type { Estimate } from '../../results/results.ts'
import { commonScale, estimateText, formatBytes, type Scale } from '../../units.ts'
import type { TradeoffChart } from '../model.ts'
import { colorOf, type Drawing, MUTED, SURFACE } from './frame.ts'
import { axisMarks, labelMarks, layRows, whiskerMarks } from './marks.ts'
import { linearTicks } from './ticks.ts'

const ROW_HEIGHT = 38
/** Pixels; areas grow with the bytes. */
const [SMALLEST, LARGEST] = [3.5, 8]

export function tradeoffDrawing(chart: TradeoffChart): Drawing {
  const at = layRows(chart.rows, 0, ROW_HEIGHT)
  const estimates = chart.rows.map(({ estimate }) => estimate)
  const scale = commonScale(chart.unit, estimates)
  const [low, high] = [
    Math.min(0, ...estimates.map(({ value, low: end }) => end ?? value)),
    Math.max(...estimates.map(({ value, high: end }) => end ?? value)) * 1.04,
  ]
  const most = Math.max(...chart.rows.map(({ bytes }) => bytes ?? 0))
  const dots = chart.rows.map(({ id, state, estimate, bytes, front }, row) => ({
    id,
    x: estimate.value,
    y: at.middle(row),
    r: bytes === null || most === 0 ? SMALLEST : Math.max(SMALLEST, LARGEST * Math.sqrt(bytes / most)),
    color: colorOf(state),
    fill: front ? colorOf(state) : SURFACE,
  }))
  const whiskers = chart.rows.flatMap(({ estimate }, row) =>
    estimate.low === null || estimate.high === null
      ? []
      : [{ y: at.middle(row), low: estimate.low, high: estimate.high }],
  )
  const labels = chart.rows.map(({ id, label, state, estimate, bytes }) => ({
    id,
    label,
    state,
    text: `${costText(estimate, chart.unit, scale)}${bytes === null ? '' : ` · ${formatBytes(bytes)}`}`,
  }))
  return {
    height: at.height,
    note: 'The line joins the cheapest of each promise, where a looser one costs less.',
    options: {
      x: { domain: [low, high], axis: null },
      y: { type: 'identity', axis: null },
      r: { type: 'identity' },
      color: { type: 'identity' },
      marks: [
        ...axisMarks(linearTicks(low, high, 5), at.bottom, scale, at.top),
        Plot.line(steps(chart, at.middle), {
          x: 'x',
          y: 'y',
          stroke: MUTED,
          strokeDasharray: '3 3',
          strokeWidth: 1.5,
        }),
        ...whiskerMarks(whiskers),
        Plot.dot(dots, {
          x: 'x',
          y: 'y',
          r: 'r',
          fill: 'fill',
          stroke: 'color',
          strokeWidth: 2,
          ariaLabel: 'id',
        }),
        ...labelMarks(labels, at),
      ],
    },
  }
}

/** The unit is at the axis. */
function costText(estimate: Estimate, unit: string, scale: Scale): string {
  const { value, interval } = estimateText(estimate, unit, { signed: true, scale })
  return `${value} ${interval}`
}

/** Down from the strictest promise, to the left wherever a looser one is cheaper. */
function steps(
  { rows }: TradeoffChart,
  middle: (row: number) => number,
): readonly { readonly x: number; readonly y: number }[] {
  const points: { x: number; y: number }[] = []
  for (const [row, { estimate, front }] of rows.entries()) {
    const last = points.at(-1)
    if (!front || (last !== undefined && estimate.value >= last.x)) continue
    if (last !== undefined) points.push({ x: last.x, y: middle(row) })
    points.push({ x: estimate.value, y: middle(row) })
  }
  return points
}
