import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import type { Chart, State } from '../model.ts'
import { singleLine } from '../terminal/width.ts'

/** Narrow on purpose: shrunk to a phone the text stays readable, and wide pages put charts side by side. */
export const CHART_WIDTH = 400
/** Room for half a number at either end of an axis. */
export const SIDE = 11
export const FONT_SIZE = 12
export const ROW_HEIGHT = 44
/** From the top of a row to the middle of what is drawn under its label. */
export const MARK_OFFSET = 25

/** Set by the page, or by the style of a file of its own. */
export const colorOf = (state: State): string => `var(--${state})`
export const INK = 'currentColor'
export const MUTED = 'var(--muted)'
export const SURFACE = 'var(--surface)'

/** The little of an SVG element that is needed here. */
interface SvgElement {
  readonly tagName: string
  textContent: string
  readonly outerHTML: string
  readonly attributes: Iterable<{ readonly name: string; value: string }>
  setAttribute(name: string, value: string): void
  getAttribute(name: string): string | null
  removeAttribute(name: string): void
  prepend(...nodes: readonly SvgElement[]): void
  remove(): void
  querySelectorAll(selector: string): Iterable<SvgElement>
}
interface SvgDocument {
  createElementNS(namespace: string, name: string): SvgElement
}

const NAMESPACE = 'http://www.w3.org/2000/svg'
const GEOMETRY = new Set([
  'd',
  'transform',
  'x',
  'y',
  'x1',
  'x2',
  'y1',
  'y2',
  'cx',
  'cy',
  'width',
  'height',
  'points',
])

/** Two decimals of a pixel are invisible already, and the file is half as large. */
function roundGeometry(svg: SvgElement): void {
  for (const element of svg.querySelectorAll('*')) {
    for (const attribute of element.attributes) {
      if (!GEOMETRY.has(attribute.name)) continue
      attribute.value = attribute.value.replace(/\d+\.\d{2,}/g, (digits) =>
        String(Math.round(Number(digits) * 100) / 100),
      )
    }
  }
}

export interface Drawing {
  readonly height: number
  readonly options: Plot.PlotOptions
  /** What the drawing adds to the description of the chart, for whoever cannot see it. */
  readonly note: string
}

/** Colours come from CSS variables, so a page decides about light and dark. */
export function svgOf(chart: Chart, { height, options, note }: Drawing): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const svgDocument: SvgDocument = document
  const svg: SvgElement = Plot.plot({
    document,
    width: CHART_WIDTH,
    height,
    marginLeft: SIDE,
    marginRight: SIDE,
    ...options,
  })
  for (const style of svg.querySelectorAll('style')) style.remove()
  // A name is only for what has a role (WAI-ARIA 1.2 section 5.2.8.6). Plot gives one to groups of marks, and to each mark that is asked for one.
  for (const mark of svg.querySelectorAll('[aria-label]')) {
    const name = mark.getAttribute('aria-label')
    mark.removeAttribute('aria-label')
    if (name !== null && mark.tagName.toLowerCase() !== 'g') mark.setAttribute('data-subject', name)
  }
  const child = (name: string, text: string) => {
    const element = svgDocument.createElementNS(NAMESPACE, name)
    element.setAttribute('id', `${chart.id}-${name}`)
    element.textContent = singleLine(text)
    return element
  }
  svg.removeAttribute('class')
  svg.removeAttribute('width')
  svg.removeAttribute('height')
  svg.setAttribute('xmlns', NAMESPACE)
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-labelledby', `${chart.id}-title ${chart.id}-desc`)
  svg.setAttribute('font-size', String(FONT_SIZE))
  svg.prepend(
    child('title', `${chart.title} (${chart.rounds})`),
    child('desc', `${chart.description} ${note}`.trim()),
  )
  roundGeometry(svg)
  return svg.outerHTML
}
