import { plot } from 'asciichart'
import { estimateText, formatQuantile } from '../../units.ts'
import type { SpectrumChart, StripChart } from '../model.ts'
import { padEnd, padStart, shorten, widthOf } from './width.ts'

const LABEL_WIDTH = 11
const LEGEND_WIDTH = 30
const HEIGHT = 9

interface Curve {
  readonly label: string
  /** One value per column, as drawn: logarithms where the axis is logarithmic. */
  readonly values: readonly number[]
}

/** The row that is nearest to `wanted` and not taken. */
function freeRow(wanted: number, taken: ReadonlyMap<number, string>): number {
  for (let distance = 0; ; distance += 1) {
    const free = [wanted + distance, wanted - distance].find((row) => row >= 0 && !taken.has(row))
    if (free !== undefined) return free
  }
}

/** Curves with their names at their right ends, so that they can be told apart without colours. */
function curveLines(curves: readonly Curve[], format: (value: number) => string): readonly string[] {
  const values = curves.flatMap((curve) => curve.values)
  const [min, max] = [Math.min(...values), Math.max(...values)]
  const range = max - min
  if (!(range > 0)) return curves.map(({ label }) => `${label}: constant at ${format(max)}`)
  const rows = plot(
    curves.map((curve) => [...curve.values]),
    { height: HEIGHT, min, max, format: (value) => padStart(format(value), LABEL_WIDTH) },
  ).split('\n')
  const ratio = HEIGHT / range
  const labels = new Map<number, string>()
  for (const { label, values } of curves.toSorted(
    (a, b) => (b.values.at(-1) ?? 0) - (a.values.at(-1) ?? 0),
  )) {
    const fromBottom = Math.round((values.at(-1) ?? 0) * ratio) - Math.round(min * ratio)
    labels.set(freeRow(rows.length - 1 - fromBottom, labels), label)
  }
  const width = Math.max(...rows.map(widthOf))
  const count = Math.max(rows.length, ...[...labels.keys()].map((row) => row + 1))
  return Array.from({ length: count }, (_, row) =>
    `${padEnd(rows[row] ?? '', width)} ${shorten(labels.get(row) ?? '', LEGEND_WIDTH)}`.trimEnd(),
  )
}

/** The value at `x` on the line through the points, which are sorted by x. */
function interpolate(points: readonly { readonly x: number; readonly y: number }[], x: number): number {
  const after = points.findIndex((point) => point.x >= x)
  const [left, right] = [points[after - 1], points[after]]
  if (right === undefined) return points.at(-1)?.y ?? 0
  if (left === undefined || right.x === left.x) return right.y
  return left.y + ((right.y - left.y) * (x - left.x)) / (right.x - left.x)
}

const nines = (quantile: number) => Math.log10(1 / (1 - quantile))
const plotWidth = (columns: number) => Math.max(10, Math.min(60, columns - LABEL_WIDTH - LEGEND_WIDTH - 4))

/** The baseline, the lowest and the highest tail: three lines are what a terminal can keep apart. */
export function spectrumLines({ rows, unit }: SpectrumChart, columns: number): readonly string[] {
  const tail = (row: SpectrumChart['rows'][number]) => row.points.at(-1)?.value ?? 0
  const sorted = rows.filter(({ state }) => state !== 'none').toSorted((a, b) => tail(a) - tail(b))
  const chosen = new Set([
    ...rows.filter(({ state }) => state === 'none').slice(0, 1),
    ...sorted.slice(0, 1),
    ...sorted.slice(-1),
  ])
  const end = Math.min(...[...chosen].map(({ points }) => nines(points.at(-1)?.quantile ?? 0)))
  const width = plotWidth(columns)
  const curves = [...chosen].map(({ label, points }) => {
    const logarithmic = points.map(({ quantile, value }) => ({ x: nines(quantile), y: Math.log10(value) }))
    return {
      label,
      values: Array.from({ length: width }, (_, column) =>
        interpolate(logarithmic, (end * column) / (width - 1)),
      ),
    }
  })
  let axis = ' '.repeat(LABEL_WIDTH + 2)
  for (const quantile of [0, 0.5, 0.9, 0.99, 0.999, 0.9999].filter((each) => nines(each) <= end)) {
    const place = LABEL_WIDTH + 2 + Math.round((nines(quantile) / end) * (width - 1))
    if (axis.trim() === '' || axis.length < place) axis = axis.padEnd(place) + formatQuantile(quantile)
  }
  const tick = (value: number) => {
    const text = estimateText({ value: 10 ** value, low: null, high: null, rounds: 0 }, unit)
    return `${text.value} ${text.unit}`
  }
  return [
    `Drawn here: ${chosen.size} of ${rows.length}, the baseline and the ends.`,
    ...curveLines(curves, tick),
    axis,
  ]
}

/** The baseline beside its twin: what the noise of the run looks like over time. */
export function roundLines({ rows, unit }: StripChart, columns: number): readonly string[] {
  const baseline = rows.filter(({ state }) => state === 'none')
  const drawn = (baseline.length > 0 ? baseline : rows).filter(({ values }) => values.length > 1).slice(0, 2)
  if (drawn.length === 0) return []
  const width = plotWidth(columns)
  const curves = drawn.map(({ label, values }) => {
    const points = values.map(({ value }, index) => ({ x: index / (values.length - 1), y: value }))
    return {
      label,
      values: Array.from({ length: width }, (_, column) => interpolate(points, column / (width - 1))),
    }
  })
  const ends = `round 1${padStart(`round ${drawn[0]?.values.length ?? 1}`, width - 7)}`
  const all = curves.flatMap((curve) => curve.values)
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const tick = (value: number) => {
    const text = estimateText({ value, low, high, rounds: 0 }, unit)
    return `${text.value} ${text.unit}`
  }
  return [
    `Drawn here: ${drawn.length} of ${rows.length} series.`,
    ...curveLines(curves, tick),
    ' '.repeat(LABEL_WIDTH + 2) + ends,
  ]
}
