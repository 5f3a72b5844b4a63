import { singleLine } from '../terminal/width.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text and quoted attributes of HTML and XML alike. */
export const escapeHtml = (text: string): string =>
  singleLine(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)

/** The same, with intervals and percentages that no line break divides. */
export const proseHtml = (text: string): string =>
  escapeHtml(text)
    .replace(/\[[^\]]{1,40}\]/g, (interval) => interval.replaceAll(' ', '\u00a0'))
    .replace(/(?<=\d) (?=%)/g, '\u00a0')
