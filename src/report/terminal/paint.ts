import type { State, Tone } from '../model.ts'

export type Style = Tone | State | 'strong'
/** Colours a text; its width stays what it was. */
export type Paint = (style: Style, text: string) => string

/** SGR codes (ECMA-48 section 8.3.117). The states avoid red against green. */
const CODES: Readonly<Record<Exclude<Style, 'plain'>, number>> = {
  good: 32,
  bad: 31,
  warn: 33,
  muted: 2,
  strong: 1,
  none: 90,
  stateless: 36,
  stateful: 33,
  hybrid: 35,
  unknown: 37,
}

export const plainPaint: Paint = (_style, text) => text
export const ansiPaint: Paint = (style, text) =>
  style === 'plain' || text === '' ? text : `\u001b[${CODES[style]}m${text}\u001b[0m`
