// In this folder: one file for each kind of chart, drawn as SVG with Observable Plot.

import { escapeHtml } from '../html/escape.ts'
import type { Chart, State } from '../model.ts'
import { chartUnit } from '../terminal/charts.ts'
import { singleLine, wrap } from '../terminal/width.ts'
import { barsDrawing } from './bars.ts'
import { curveDrawing } from './curve.ts'
import { forestDrawing } from './forest.ts'
import { CHART_WIDTH, type Drawing, svgOf } from './frame.ts'
import { rangesDrawing } from './ranges.ts'
import { spectrumDrawing } from './spectrum.ts'
import { stackDrawing } from './stack.ts'
import { stripDrawing } from './strip.ts'
import { THEME } from './theme.ts'
import { timelineDrawing } from './timeline.ts'
import { tradeoffDrawing } from './tradeoff.ts'

function drawingOf(chart: Chart): Drawing {
  switch (chart.kind) {
    case 'bars':
      return barsDrawing(chart)
    case 'ranges':
      return rangesDrawing(chart)
    case 'spectrum':
      return spectrumDrawing(chart)
    case 'curve':
      return curveDrawing(chart)
    case 'timeline':
      return timelineDrawing(chart)
    case 'stack':
      return stackDrawing(chart)
    case 'strip':
      return stripDrawing(chart)
    case 'forest':
      return forestDrawing(chart)
    case 'tradeoff':
      return tradeoffDrawing(chart)
    default:
      return chart satisfies never
  }
}

/** For a page that sets the colours (`THEME`) and shows title and description itself. */
export const inlineSvg = (chart: Chart): string => svgOf(chart, drawingOf(chart))

const LINE_HEIGHT = 17
const TITLE_CHARACTERS = 44

/** A file of its own: with its title, a legend and its colours, light or dark as the reader's system. */
export function standaloneSvg(chart: Chart): string {
  const drawing = drawingOf(chart)
  // A stack has colours for its parts instead, with a legend of their own.
  const states = new Set<State>(chart.kind === 'stack' ? [] : chart.rows.map(({ state }) => state))
  const title = wrap(singleLine(`${chart.title} (${chartUnit(chart)})`), TITLE_CHARACTERS)
  const header = title.length * LINE_HEIGHT + 34
  const legend = [...states].map(
    (state) => `<tspan fill="var(--${state})">■</tspan> ${state === 'none' ? 'no authentication' : state}`,
  )
  const height = header + drawing.height + 8
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 0 ${CHART_WIDTH + 16} ${height}" width="${CHART_WIDTH + 16}" height="${height}" font-family="system-ui, sans-serif">`,
    `<style>${THEME} svg { color: var(--ink); fill: currentColor }</style>`,
    `<rect x="-8" width="${CHART_WIDTH + 16}" height="${height}" fill="var(--surface)"/>`,
    ...title.map(
      (line, index) =>
        `<text x="6" y="${22 + index * LINE_HEIGHT}" font-size="14" font-weight="600">${escapeHtml(line)}</text>`,
    ),
    `<text x="6" y="${title.length * LINE_HEIGHT + 20}" font-size="12" fill="var(--muted)">${legend.join('   ')}</text>`,
    svgOf(chart, drawing).replace(
      '<svg ',
      `<svg y="${header}" width="${CHART_WIDTH}" height="${drawing.height}" `,
    ),
    '</svg>',
    '',
  ].join('\n')
}
