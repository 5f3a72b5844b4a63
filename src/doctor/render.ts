import type { Paint } from '../report/terminal/paint.ts'
import { shorten, singleLine, wrap } from '../report/terminal/width.ts'
import { formatCount } from '../units.ts'
import type { DoctorState } from './check.ts'
import type { Finding } from './registry.ts'

const COLUMNS = 100
const ROWS = 40
/** The rest of the screen says what to change. */
const MOST_LINES = 30
const MARKS: Readonly<Record<DoctorState, string>> = { ok: 'ok', warn: 'warn', bad: 'BAD', unknown: '?' }
const STYLES = { ok: 'good', warn: 'warn', bad: 'bad', unknown: 'muted' } as const

function headline(findings: readonly Finding[]): string {
  const count = (state: DoctorState) => findings.filter((finding) => finding.state === state).length
  const [bads, warns] = [count('bad'), count('warn')]
  return `authbench doctor: ${bads === 0 ? 'nothing prevents a measurement' : `${formatCount(bads, 'thing prevents', 'things prevent')} a sound measurement`}, ${formatCount(warns, 'warning')}`
}

/** One screen: a line for each check, and below what to change, the worst first, as far as there is room. */
export function doctorScreen(findings: readonly Finding[], paint: Paint): string {
  const width = Math.max(...findings.map(({ title }) => title.length))
  const room = COLUMNS - width - 8
  const texts = findings.map(({ says }) => wrap(singleLine(says), room))
  const fits = texts.reduce((sum, lines) => sum + lines.length, 0) <= MOST_LINES
  const lines = findings.flatMap(({ state, title, says }, index) => {
    const [first, ...rest] = fits ? (texts[index] ?? []) : [shorten(singleLine(says), room)]
    return [
      `${paint(STYLES[state], MARKS[state].padEnd(4))}  ${title.padEnd(width)}  ${first}`,
      ...rest.map((line) => `${' '.repeat(width + 8)}${line}`),
    ]
  })
  const advised = (['bad', 'warn', 'unknown'] as const).flatMap((state) =>
    findings.filter((finding) => finding.state === state && finding.next !== null),
  )
  const screen = [headline(findings), '', ...lines]
  const advice: string[] = []
  let left = advised.length
  for (const { title, next } of advised) {
    const text = wrap(singleLine(`${title}: ${next}`), COLUMNS - 2).map((line, index) =>
      index === 0 ? `- ${line}` : `  ${line}`,
    )
    // One row for what is left out.
    if (screen.length + 2 + advice.length + text.length + (left > 1 ? 1 : 0) > ROWS) break
    advice.push(...text)
    left -= 1
  }
  if (left > 0) advice.push(`- and ${left} more: --json`)
  return `${[...screen, ...(advised.length === 0 ? [] : ['', 'What to change', ...advice])].join('\n')}\n`
}
