import { formatNumber, scaleOf } from '../../units.ts'
import type { TimelineChart, Tone } from '../model.ts'
import type { Paint } from './paint.ts'
import { padEnd, padStart, shorten, singleLine, widthOf } from './width.ts'

const MOST_LABEL = 30
const LEAST_TRACK = 10
const NOTHING = ' '
/** Told apart without colours: one sign for each state, in their order. */
const SIGNS = ['█', '▒', '░', '▚', '╳', '·', 'o', '+']

/** One line of signs per row: in each column the state that takes most of it. */
export function timelineLines(
  { rows, states, events, unit }: TimelineChart,
  columns: number,
  paint: Paint,
): readonly string[] {
  const last = Math.max(...rows.flatMap(({ spans }) => spans.map(({ to }) => to)))
  if (!(last > 0)) return []
  const label = Math.min(MOST_LABEL, Math.max(...rows.map((row) => widthOf(singleLine(row.label)))))
  const width = Math.max(LEAST_TRACK, columns - label - 2)
  const signOf = (state: string) => SIGNS[states.findIndex(({ id }) => id === state)] ?? '?'
  const toneOf = (state: string): Tone => states.find(({ id }) => id === state)?.tone ?? 'plain'
  const step = last / width
  const lines = rows.map((row) => {
    const track = Array.from({ length: width }, (_, column) => {
      const [from, to] = [column * step, (column + 1) * step]
      const shares = row.spans.map((span) => ({
        state: span.state,
        share: Math.min(to, span.to) - Math.max(from, span.from),
      }))
      const most = shares.filter(({ share }) => share > 0).sort((a, b) => b.share - a.share)[0]
      return most === undefined ? NOTHING : paint(toneOf(most.state), signOf(most.state))
    })
    return `${padEnd(shorten(singleLine(row.label), label), label)}  ${track.join('')}`.trimEnd()
  })
  const scale = scaleOf(unit, last)
  const indent = ' '.repeat(label + 2)
  const end = `${formatNumber(Number((last / scale.divisor).toPrecision(3)))} ${scale.label}`
  const marks = events.map(
    ({ at, label: what }) =>
      `${formatNumber(Number((at / scale.divisor).toPrecision(3)))} ${scale.label}: ${singleLine(what)}`,
  )
  return [
    ...lines,
    paint('muted', `${indent}0${padStart(end, width - 1)}`),
    paint('muted', shorten(states.map(({ id, name }) => `${signOf(id)} ${name}`).join('  '), columns)),
    ...marks.map((mark) => paint('muted', shorten(mark, columns))),
  ]
}
