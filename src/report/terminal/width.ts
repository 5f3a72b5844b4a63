const ZERO_WIDTH = /^[\p{M}\p{Cf}]$/u
const WIDE =
  /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]$|^\p{Emoji_Presentation}$/u
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu

/** Text from outside on one line: no escape sequences, no line breaks, nothing that turns the writing direction. */
export const singleLine = (text: string): string => text.replace(CONTROLS, ' ').trim()

function widthOfCharacter(character: string): number {
  if (ZERO_WIDTH.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

/** Columns that a terminal gives the text. */
export function widthOf(text: string): number {
  return [...text].reduce((sum, character) => sum + widthOfCharacter(character), 0)
}

/** The longest start of the text that fits. */
function startOf(text: string, width: number): string {
  let used = 0
  let kept = ''
  for (const character of text) {
    used += widthOfCharacter(character)
    if (used > width) break
    kept += character
  }
  return kept
}

export const shorten = (text: string, width: number): string =>
  widthOf(text) <= width ? text : `${startOf(text, width - 1)}…`

export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)))
export const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - widthOf(text))) + text

/** A space outside of brackets: an interval is one word. */
const BREAK = / (?![^[\]]*\])/

/** Breaks between words, and inside a word only when it is longer than the line. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(BREAK)) {
    let rest = word
    if (line !== '' && widthOf(line) + 1 + widthOf(rest) > width) {
      lines.push(line)
      line = ''
    }
    while (widthOf(rest) > width) {
      const start = startOf(rest, width) || [...rest][0] || ''
      lines.push(start)
      rest = rest.slice(start.length)
    }
    line = line === '' ? rest : `${line} ${rest}`
  }
  return [...lines, line]
}
