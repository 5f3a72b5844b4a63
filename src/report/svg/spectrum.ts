import * as Plot from '@observablehq/plot'
import { commonScale, formatQuantile } from '../../units.ts'
import type { SpectrumChart } from '../model.ts'
import { colorOf, type Drawing, INK } from './frame.ts'
import { layPanels, panelsHeight } from './panels.ts'

const LABELLED = [0.5, 0.9, 0.99, 0.999, 0.9999]

const nines = (quantile: number) => Math.log10(1 / (1 - quantile))

export function spectrumDrawing(chart: SpectrumChart): Drawing {
  const points = chart.rows.flatMap((row) => row.points)
  const service = chart.rows.flatMap((row) => row.service)
  const values = [...points, ...service].map(({ value }) => value)
  const [low, high] = [Math.min(...values) / 1.05, Math.max(...values) * 1.05]
  const end = Math.max(...points.map(({ quantile }) => nines(quantile)))
  const place = (quantile: number) => nines(quantile) / end
  const scale = commonScale(
    chart.unit,
    values.map((value) => ({ value, low: null, high: null, rounds: 0 })),
  )
  const percentiles = LABELLED.filter((quantile) => nines(quantile) <= end + 1e-9)
  const { panels, header, grid, words } = layPanels(chart.rows, {
    low,
    high,
    scale,
    header: `Latency in ${scale.label}; grey: lowest to highest of the panels`,
    ticks: percentiles.map((quantile) => ({ place: place(quantile), text: formatQuantile(quantile) })),
  })
  const quantiles = [...new Set(points.map(({ quantile }) => quantile))].sort((a, b) => a - b)
  const envelope = quantiles.map((quantile) => {
    const here = points.filter((point) => point.quantile === quantile).map(({ value }) => value)
    return { quantile, low: Math.min(...here), high: Math.max(...here) }
  })
  const band = panels.flatMap(({ x, y, key }) =>
    envelope.map((each) => ({ x: x(place(each.quantile)), y1: y(each.low), y2: y(each.high), key })),
  )
  const linesOf = (which: 'points' | 'service') =>
    panels.flatMap(({ row, x, y, key }) =>
      row[which].map(({ quantile, value }) => ({
        x: x(place(quantile)),
        y: y(value),
        color: colorOf(row.state),
        key,
      })),
    )
  const line = { x: 'x', y: 'y', z: 'key', stroke: 'color' } as const
  return {
    height: panelsHeight(chart.rows.length),
    note: 'One panel per strategy.',
    options: {
      margin: 0,
      x: { type: 'identity', axis: null },
      y: { type: 'identity', axis: null },
      color: { type: 'identity' },
      marks: [
        header,
        Plot.areaY(band, { x: 'x', y1: 'y1', y2: 'y2', z: 'key', fill: INK, fillOpacity: 0.1 }),
        ...grid,
        Plot.line(linesOf('points'), { ...line, strokeWidth: 2 }),
        ...(service.length === 0
          ? []
          : [Plot.line(linesOf('service'), { ...line, strokeWidth: 1.5, strokeDasharray: '4 3' })]),
        ...words,
      ],
    },
  }
}
