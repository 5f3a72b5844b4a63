import { commonScale, type EstimateText, estimateText, formatNumber } from '../../units.ts'
import type { CurveChart } from '../model.ts'
import type { Paint } from './paint.ts'
import { padEnd, padStart, shorten, singleLine, widthOf } from './width.ts'

const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const MOST_LABEL = 30
const LEAST_LABEL = 4

const joined = ({ value, interval }: EstimateText) => (interval === '' ? value : `${value} ${interval}`)

/**
 * One line per strategy, a column per point: lines that end at different places cannot share the axis of a plot in characters.
 * Numbers are those of both ends.
 */
export function curveRows(
  { rows, unit, axis }: CurveChart,
  columns: number,
  paint: Paint,
): readonly string[] {
  const estimates = rows.flatMap(({ points }) => points.map(({ estimate }) => estimate))
  const values = estimates.map(({ value }) => Math.log(value))
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const level = (value: number) => {
    const place = high > low ? (Math.log(value) - low) / (high - low) : 0
    return LEVELS[Math.round(place * (LEVELS.length - 1))] ?? ''
  }
  const scale = commonScale(unit, estimates)
  const lines = rows.map(({ label, state, points }) => {
    const [first, last] = [points[0], points.at(-1)]
    const text = (point: typeof first) =>
      point === undefined ? '' : joined(estimateText(point.estimate, unit, { scale }))
    return {
      label: singleLine(label),
      state,
      drawing: points.map(({ estimate }) => level(estimate.value)).join(''),
      from: text(first),
      to: text(last),
      rate: last === undefined ? '' : formatNumber(Number(last.x.value.toPrecision(3))),
    }
  })
  const widest = (part: 'label' | 'drawing' | 'from' | 'to' | 'rate') =>
    Math.max(...lines.map((line) => widthOf(line[part])))
  const [drawing, from, to, rate] = [widest('drawing'), widest('from'), widest('to'), widest('rate')]
  const room = (parts: readonly number[]) => columns - parts.reduce((sum, part) => sum + part + 2, 0)
  const wanted = Math.min(MOST_LABEL, widest('label'))
  const rated = room([drawing, from, to, rate]) >= wanted
  const label = Math.max(LEAST_LABEL, Math.min(wanted, room([drawing, from, to, ...(rated ? [rate] : [])])))
  const row = (name: string, curve: string, first: string, second: string, third: string) =>
    [name, curve, first, second, ...(rated ? [third] : [])].join('  ').trimEnd()
  const head = row(
    ' '.repeat(label),
    ' '.repeat(drawing),
    padEnd(shorten(`first, ${scale.label}`, from), from),
    padEnd(shorten(`last, ${scale.label}`, to), to),
    `at ${axis.title}`,
  )
  return [
    paint('muted', shorten(head, columns)),
    ...lines.map((line) =>
      row(
        padEnd(shorten(line.label, label), label),
        paint(line.state, padEnd(line.drawing, drawing)),
        padEnd(line.from, from),
        padEnd(line.to, to),
        padStart(line.rate, rate),
      ),
    ),
  ]
}
