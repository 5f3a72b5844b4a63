import type { Trend } from '../../analysis/trend.ts'
import { formatCount, formatQuantity } from '../../units.ts'
import { escapeHtml } from '../html/escape.ts'

const WIDTH = 240
const HEIGHT = 46
const MARGIN = 6

const digits = (value: number): string => String(Math.round(value * 10) / 10)

const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** Said to whoever cannot see it. */
function inWords({ points, changes, unit }: Trend): string {
  const values = points.map(({ value }) => value)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const range =
    low === high ? formatQuantity(low, unit) : `${formatQuantity(low, unit)} to ${formatQuantity(high, unit)}`
  return `${formatCount(points.length, 'run')}, ${range}, ${formatCount(changes.length, 'change')} of level`
}

/** Runs in their order, each with its interval; the levels between changes; a ring where a new one begins. Every line has a scale of its own. */
export function lineSvg(trend: Trend): string {
  const { points, changes } = trend
  const ends = points.flatMap(({ value, low, high }) => [low ?? value, high ?? value, value])
  const [least, most] = [Math.min(...ends), Math.max(...ends)]
  const x = (index: number) =>
    points.length < 2 ? WIDTH / 2 : MARGIN + (index / (points.length - 1)) * (WIDTH - 2 * MARGIN)
  const y = (value: number) =>
    most === least ? HEIGHT / 2 : HEIGHT - MARGIN - ((value - least) / (most - least)) * (HEIGHT - 2 * MARGIN)
  const at = (index: number, value: number) => `${digits(x(index))} ${digits(y(value))}`
  const whiskers = points
    .map(({ low, high }, index) =>
      low === null || high === null || low === high ? '' : `M${at(index, low)}V${digits(y(high))}`,
    )
    .join('')
  const starts = [0, ...changes.map(({ index }) => index)]
  const levels = starts
    .map((start, place) => {
      const end = starts[place + 1] ?? points.length
      const level = medianOf(points.slice(start, end).map(({ value }) => value))
      return `M${at(start, level)}H${digits(x(end - 1))}`
    })
    .join('')
  const dots = points.map(({ value }, index) => `M${at(index, value)}h0`).join('')
  const rings = changes
    .map(
      ({ index, at: { value }, verdict }) =>
        `<circle cx="${digits(x(index))}" cy="${digits(y(value))}" r="4.5" fill="none" stroke="var(--${verdict === 'worse' ? 'bad' : 'good'})" stroke-width="2"/>`,
    )
    .join('')
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(inWords(trend))}" fill="none" stroke="currentColor">` +
    `<path d="${whiskers}" stroke="var(--line)"/><path d="${levels}" stroke="var(--muted)" stroke-width="1.5"/>` +
    `<path d="${dots}" stroke-width="3.5" stroke-linecap="round"/>${rings}</svg>`
  )
}
