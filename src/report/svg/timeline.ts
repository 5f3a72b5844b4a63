import * as Plot from '@observablehq/plot'
import { scaleOf } from '../../units.ts'
import type { TimelineChart, Tone } from '../model.ts'
import { singleLine } from '../terminal/width.ts'
import { CHART_WIDTH, type Drawing, FONT_SIZE, INK, MUTED, SIDE } from './frame.ts'
import { axisMarks, labelMarks, layRows, TOP } from './marks.ts'
import { linearTicks } from './ticks.ts'

const HALF_BAR = 6
const LINE = 16
const FILLS: Readonly<Record<Tone, string>> = {
  good: 'var(--good)',
  bad: 'var(--bad)',
  warn: 'var(--warn)',
  muted: 'var(--line)',
  plain: 'var(--muted)',
}

/** Bars of states over time; events are upright lines with numbers, which the lines above the rows explain. */
export function timelineDrawing(chart: TimelineChart): Drawing {
  const last = Math.max(Number.MIN_VALUE, ...chart.rows.flatMap(({ spans }) => spans.map(({ to }) => to)))
  const scale = scaleOf(chart.unit, last)
  const used = chart.states.filter(({ id }) =>
    chart.rows.some(({ spans }) => spans.some(({ state }) => state === id)),
  )
  const legend = used.map(({ id, name, tone }, index) => ({
    name,
    fill: FILLS[tone],
    opacity: opacityOf(chart, id),
    y: TOP + index * LINE,
  }))
  const words = chart.events.map(({ label }, index) => ({
    text: `${index + 1}: ${singleLine(label)}`,
    y: TOP + (legend.length + index) * LINE,
  }))
  const at = layRows(chart.rows, (legend.length + words.length) * LINE + 8)
  const xOf = (time: number) => SIDE + (time / last) * (CHART_WIDTH - 2 * SIDE)
  const bars = chart.rows.flatMap(({ spans }, row) =>
    spans.map(({ from, to, state }) => ({
      x1: xOf(from),
      x2: xOf(to),
      y1: at.middle(row) - HALF_BAR,
      y2: at.middle(row) + HALF_BAR,
      fill: FILLS[chart.states.find(({ id }) => id === state)?.tone ?? 'plain'],
      // Two states of one tone are told apart by how strong it is.
      opacity: opacityOf(chart, state),
    })),
  )
  const lines = chart.events.map(({ at: time }, index) => ({
    x: xOf(time),
    y1: at.top,
    y2: at.bottom,
    text: `${index + 1}`,
  }))
  const text = {
    text: 'text',
    y: 'y',
    textAnchor: 'start',
    lineAnchor: 'top',
    fontSize: FONT_SIZE - 1,
  } as const
  return {
    height: at.height,
    note: [
      'Bars show the state over time.',
      ...chart.events.map(({ at: time, label }, index) => `${index + 1} at ${time} ${chart.unit}: ${label}.`),
    ].join(' '),
    options: {
      x: { type: 'identity', axis: null },
      y: { type: 'identity', axis: null },
      color: { type: 'identity' },
      marks: [
        ...axisMarks(linearTicks(0, last, 5).map(xOf), at.bottom, { label: '', divisor: 1 }, at.top).slice(
          0,
          1,
        ),
        Plot.text(
          linearTicks(0, last, 5).map((time) => ({
            x: xOf(time),
            y: at.bottom + 10,
            text: `${Number((time / scale.divisor).toPrecision(3))}`,
          })),
          { x: 'x', y: 'y', text: 'text', fill: MUTED, fontSize: FONT_SIZE - 1 },
        ),
        Plot.text([{ x: CHART_WIDTH - SIDE, y: at.bottom + 25, text: scale.label }], {
          x: 'x',
          y: 'y',
          text: 'text',
          textAnchor: 'end',
          fill: MUTED,
          fontSize: FONT_SIZE - 1,
        }),
        Plot.rect(
          legend.map(({ fill, opacity, y }) => ({
            x1: SIDE,
            x2: SIDE + 10,
            y1: y + 1,
            y2: y + 11,
            fill,
            opacity,
          })),
          { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', fill: 'fill', fillOpacity: 'opacity' },
        ),
        Plot.text(
          legend.map(({ name, y }) => ({ text: name, y })),
          { ...text, x: () => SIDE + 16, fill: INK },
        ),
        Plot.text(words, { ...text, x: () => SIDE, fill: MUTED }),
        Plot.rect(bars, { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', fill: 'fill', fillOpacity: 'opacity' }),
        Plot.link(lines, { x1: 'x', x2: 'x', y1: 'y1', y2: 'y2', stroke: INK, strokeDasharray: '3 3' }),
        Plot.text(lines, { x: 'x', y: 'y1', text: 'text', dx: 6, fill: MUTED, fontSize: FONT_SIZE - 1 }),
        ...labelMarks(
          chart.rows.map(({ label, state }) => ({ label, state, text: '' })),
          at,
        ),
      ],
    },
  }
}

function opacityOf({ states }: TimelineChart, id: string): number {
  const own = states.find((state) => state.id === id)
  const alike = states.filter(({ tone }) => tone === own?.tone)
  const place = alike.findIndex((state) => state.id === id)
  return place <= 0 ? 1 : Math.max(0.3, 1 - 0.3 * place)
}
