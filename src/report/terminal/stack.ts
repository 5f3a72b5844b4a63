import { commonScale, estimateText, isExact } from '../../units.ts'
import type { PartId, StackChart } from '../model.ts'
import { groupBefore } from '../short-form.ts'
import type { Paint } from './paint.ts'
import { padEnd, shorten, singleLine, widthOf, wrap } from './width.ts'

const LABEL_WIDTH = 30
const LEAST_DRAWING = 8
const MOST_DRAWING = 50
const PATTERNS: Readonly<Record<PartId, string>> = {
  http: '░',
  verify: '█',
  client: '▓',
  redis: '▒',
  auth: '╳',
  rest: '·',
}

/** Characters of one row; what is left over below zero takes back from the end. */
function drawn(row: StackChart['rows'][number], perUnit: number): string {
  const cells: string[] = []
  let end = 0
  for (const { id, estimate } of row.parts) {
    end += estimate.value
    const length = Math.max(0, Math.round(end * perUnit))
    cells.length = Math.min(cells.length, length)
    while (cells.length < length) cells.push(PATTERNS[id])
  }
  return cells.join('')
}

/** One line per row, the total at its end, and the legend. */
export function stackLines(chart: StackChart, columns: number, paint: Paint): readonly string[] {
  const totals = chart.rows.map(({ total }) => total)
  const scale = commonScale(chart.unit, totals)
  const texts = totals.map((total) => {
    const { value, interval } = estimateText(total, chart.unit, { scale })
    return isExact(totals) ? value : `${value} ${interval}`
  })
  const text = Math.max(0, ...texts.map(widthOf))
  const widest = Math.max(0, ...chart.rows.map(({ label }) => widthOf(singleLine(label))))
  const label = Math.max(4, Math.min(LABEL_WIDTH, widest, columns - text - LEAST_DRAWING - 4))
  const width = Math.max(LEAST_DRAWING, Math.min(MOST_DRAWING, columns - label - text - 4))
  const perUnit = width / Math.max(Number.MIN_VALUE, ...totals.map(({ value }) => value))
  const groups = chart.rows.map((row) => row.group)
  const lines = chart.rows.flatMap((row, index) => {
    const group = groupBefore(groups, index)
    const name = padEnd(shorten(singleLine(row.label), label), label)
    const bar = padEnd(shorten(drawn(row, perUnit), width), width)
    return [
      ...(group === null ? [] : [paint('muted', singleLine(group))]),
      `${name}  ${paint(row.state, bar)}  ${texts[index] ?? ''}`.trimEnd(),
    ]
  })
  // The sign of a part stays with its name.
  const legend = chart.parts.map(
    ({ id, name }) => `${PATTERNS[id]}\u00a0${name.replaceAll(' ', '\u00a0')}\u00a0`,
  )
  const indent = ' '.repeat(label + 2)
  return [
    ...lines,
    ...wrap(legend.join(' '), columns - label - 2).map((line) =>
      paint('muted', indent + line.replaceAll('\u00a0', ' ').trimEnd()),
    ),
  ]
}
