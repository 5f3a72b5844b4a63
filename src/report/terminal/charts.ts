import {
  commonScale,
  estimateText,
  formatEstimate,
  formatNumber,
  formatQuantity,
  isExact,
  type Scale,
} from '../../units.ts'
import type {
  BarChart,
  BarSegment,
  Chart,
  ChartRow,
  ForestChart,
  RangeChart,
  State,
  TradeoffChart,
} from '../model.ts'
import { EVERYTHING, groupBefore, keptOf } from '../short-form.ts'
import { roundLines, spectrumLines } from './curves.ts'
import type { Paint } from './paint.ts'
import { curveRows } from './rises.ts'
import { stackLines } from './stack.ts'
import { timelineLines } from './timeline.ts'
import { padEnd, padStart, shorten, singleLine, widthOf } from './width.ts'

const LABEL_WIDTH = 30
const LEAST_DRAWING = 8
const MOST_DRAWING = 44
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

interface Line {
  readonly label: string
  readonly state: State
  readonly text: string
}

/** Label, drawing, numbers: numbers are never cut, the drawing gets what is left. */
function layout(lines: readonly Line[], columns: number) {
  const text = Math.max(0, ...lines.map((line) => widthOf(line.text)))
  const widest = Math.max(0, ...lines.map((line) => widthOf(line.label)))
  const label = Math.max(4, Math.min(LABEL_WIDTH, widest, columns - text - LEAST_DRAWING - 4))
  return { label, drawing: Math.max(LEAST_DRAWING, Math.min(MOST_DRAWING, columns - label - text - 4)) }
}

/** With the names of groups before their first lines. */
function headed(
  rows: readonly { readonly group?: string }[],
  lines: readonly string[],
  paint: Paint,
): readonly string[] {
  const groups = rows.map(({ group }) => group)
  return lines.flatMap((line, index) => {
    const group = groupBefore(groups, index)
    return group === null ? [line] : [paint('muted', singleLine(group)), line]
  })
}

/** In one dimension: the groups are the other one. */
const barsOf = (chart: TradeoffChart): BarChart => ({
  ...chart,
  kind: 'bars',
  signed: true,
  references: [],
  rows: chart.rows.map(({ estimate, ...row }) => ({ ...row, segments: [{ name: '', estimate }] })),
})

/** Only the rows that are kept, and where the others are. */
function keptLines<Row extends ChartRow>(
  rows: readonly Row[],
  draw: (rows: readonly Row[]) => readonly string[],
  paint: Paint,
): readonly string[] {
  const kept = keptOf(rows)
  const leftOut = rows.length - kept.length
  return leftOut === 0
    ? draw(kept)
    : [...draw(kept), paint('muted', `First and last of each family; ${leftOut} more are in ${EVERYTHING}.`)]
}

const labelled = (label: string, width: number) => padEnd(shorten(label, width), width)

function bar(length: number, pattern: string | null): string {
  const whole = Math.max(0, Math.floor(length))
  if (pattern !== null) return pattern.repeat(Math.max(1, Math.round(length)))
  return '█'.repeat(whole) + (EIGHTHS[Math.floor((length - whole) * 8)] ?? '')
}

/** One line per segment; a later one starts where the one before ends. */
function barLines(chart: BarChart, columns: number, paint: Paint): readonly string[] {
  const sizeOf = ({ estimate }: BarSegment) => Math.max(0, estimate.value)
  const totals = chart.rows.map(({ segments }) => segments.reduce((sum, segment) => sum + sizeOf(segment), 0))
  const top = Math.max(Number.MIN_VALUE, ...totals, ...chart.references.map(({ value }) => value))
  const estimates = chart.rows.flatMap(({ segments }) => segments.map(({ estimate }) => estimate))
  const scale = commonScale(chart.unit, estimates)
  const exact = isExact(estimates)
  const lines = chart.rows.flatMap(({ label, segments, ...row }) =>
    segments.map((segment, index) => {
      const { value, interval } = estimateText(segment.estimate, chart.unit, { scale, signed: chart.signed })
      return {
        ...row,
        label: index === 0 ? singleLine(label) : `  and ${segment.name}`,
        text: exact ? value : `${value} ${interval}`,
        start: segments.slice(0, index).reduce((sum, before) => sum + sizeOf(before), 0),
        size: sizeOf(segment),
        pattern: index === 0 ? null : '▒',
      }
    }),
  )
  const widths = layout(lines, columns)
  const drawn = lines.map(({ label, state, text, start, size, pattern }) => {
    const indent = ' '.repeat(Math.floor((start / top) * widths.drawing))
    const bars = shorten(indent + bar((size / top) * widths.drawing, pattern), widths.drawing)
    return `${labelled(label, widths.label)}  ${paint(state, padEnd(bars, widths.drawing))}  ${text}`.trimEnd()
  })
  const references = chart.references.map(({ value, label }) => {
    const place = Math.min(widths.drawing, Math.round((value / top) * widths.drawing))
    const words = `${label}: ${formatQuantity(value, chart.unit)} `
    return paint('muted', `${padStart(words, widths.label + 2 + place - 1)}▲`)
  })
  return [...headed(lines, drawn, paint), ...references]
}

/** A row of characters on a logarithmic axis. */
function track(width: number, low: number, high: number) {
  const cells: string[] = Array.from({ length: width }, () => ' ')
  const place = (value: number) =>
    Math.min(
      width - 1,
      Math.max(
        0,
        Math.round(((Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (width - 1)),
      ),
    )
  return {
    put(value: number, character: string) {
      cells[place(value)] = character
    },
    fill(from: number, to: number, character: string) {
      for (let index = place(from); index <= place(to); index += 1) cells[index] = character
    },
    text: () => cells.join(''),
  }
}

function axisLine(width: number, low: number, high: number, scale: Scale, margin: number): string {
  const [first, last] = [low, high].map((value) => `${formatNumber(value / scale.divisor)} ${scale.label}`)
  return ' '.repeat(margin) + (first ?? '') + padStart(last ?? '', width - widthOf(first ?? ''))
}

const DOTS = ['●', '○', '◆']

function rangeLines(chart: RangeChart, columns: number, paint: Paint): readonly string[] {
  const values = chart.rows.flatMap(({ points }) => points.map(({ estimate }) => estimate.value))
  const [low, high] = [Math.min(...values) * 0.9, Math.max(...values) * 1.1]
  const scale = commonScale(
    chart.unit,
    chart.rows.flatMap(({ points }) => points.at(-1)?.estimate ?? []),
  )
  const lines = chart.rows.map(({ label, state, points }) => {
    const last = points.at(-1)
    const text =
      last === undefined ? '' : `${last.name} ${formatEstimate(last.estimate, chart.unit, { scale })}`
    return { label: singleLine(label), state, text }
  })
  const widths = layout(lines, columns)
  const drawn = lines.map((line, index) => {
    const points = chart.rows[index]?.points ?? []
    const row = track(widths.drawing, low, high)
    const [first, last] = [points[0], points.at(-1)]
    if (first !== undefined && last !== undefined) row.fill(first.estimate.value, last.estimate.value, '─')
    for (const [point, { estimate }] of points.entries()) row.put(estimate.value, DOTS[point] ?? '·')
    return `${labelled(line.label, widths.label)}  ${paint(line.state, row.text())}  ${line.text}`
  })
  const names = (chart.rows[0]?.points ?? []).map(({ name }, index) => `${DOTS[index] ?? '·'} ${name}`)
  return [
    ...headed(chart.rows, drawn, paint),
    paint('muted', `${axisLine(widths.drawing, low, high, scale, widths.label + 2)}  ${names.join('  ')}`),
  ]
}

function forestLines(chart: ForestChart, columns: number, paint: Paint): readonly string[] {
  const bounds = chart.rows.flatMap(({ ratio }) => [
    ratio.value,
    ratio.low ?? ratio.value,
    ratio.high ?? ratio.value,
  ])
  const all = [...bounds, 1, ...(chart.band === null ? [] : [chart.band.low, chart.band.high])]
  const [low, high] = [Math.min(...all) / 1.03, Math.max(...all) * 1.03]
  const scale = commonScale(
    'ratio',
    chart.rows.map(({ ratio }) => ratio),
  )
  const lines = chart.rows.map(({ label, state, ratio, shown }) => ({
    label: singleLine(label),
    state,
    text: `${formatEstimate(ratio, 'ratio', { scale })}${shown ? '' : '  not shown'}`,
  }))
  const widths = layout(lines, columns)
  const drawn = lines.map((line, index) => {
    const row = track(widths.drawing, low, high)
    const ratio = chart.rows[index]?.ratio
    if (chart.band !== null) row.fill(chart.band.low, chart.band.high, '░')
    row.put(1, '│')
    if (ratio !== undefined) {
      if (ratio.low !== null && ratio.high !== null) row.fill(ratio.low, ratio.high, '─')
      row.put(ratio.value, chart.rows[index]?.shown ? '●' : '○')
    }
    return `${labelled(line.label, widths.label)}  ${paint(line.state, row.text())}  ${line.text}`
  })
  return [
    ...headed(chart.rows, drawn, paint),
    paint('muted', axisLine(widths.drawing, low, high, { label: '×', divisor: 1 }, widths.label + 2)),
  ]
}

/** `µs/req, 6 rounds`: what the numbers of a chart are, for its title. */
export function chartUnit(chart: Chart): string {
  if (chart.kind === 'stack') {
    const totals = chart.rows.map(({ total }) => total)
    return [commonScale(chart.unit, totals).label, chart.rounds].join(', ')
  }
  if (chart.kind !== 'bars') return chart.rounds
  const estimates = chart.rows.flatMap(({ segments }) => segments.map(({ estimate }) => estimate))
  return [
    commonScale(chart.unit, estimates).label,
    ...(isExact(estimates) ? ['exact'] : []),
    chart.rounds,
  ].join(', ')
}

/** No line is wider than `columns` (at least 60). */
export function chartLines(chart: Chart, columns: number, paint: Paint): readonly string[] {
  switch (chart.kind) {
    case 'bars':
      return keptLines(chart.rows, (rows) => barLines({ ...chart, rows }, columns, paint), paint)
    case 'ranges':
      return keptLines(chart.rows, (rows) => rangeLines({ ...chart, rows }, columns, paint), paint)
    case 'tradeoff':
      return barLines(barsOf(chart), columns, paint)
    case 'forest':
      return keptLines(chart.rows, (rows) => forestLines({ ...chart, rows }, columns, paint), paint)
    case 'spectrum':
      return spectrumLines(
        { ...chart, rows: chart.rows.map((row) => ({ ...row, label: singleLine(row.label) })) },
        columns,
      )
    case 'curve':
      return curveRows(chart, columns, paint)
    case 'timeline':
      return timelineLines(chart, columns, paint)
    case 'stack':
      return keptLines(chart.rows, (rows) => stackLines({ ...chart, rows }, columns, paint), paint)
    case 'strip':
      return roundLines(
        { ...chart, rows: chart.rows.map((row) => ({ ...row, label: singleLine(row.label) })) },
        columns,
      )
    default:
      return chart satisfies never
  }
}
