import { ansiPaint, type Paint, plainPaint, type Style } from '../../src/report/terminal/paint.ts'
import { padEnd, padStart, shorten, wrap } from '../../src/report/terminal/width.ts'
import { formatNumber } from '../../src/units.ts'
import { exitCodeOf, type OutcomeState, type Result } from './run-checks.ts'

const WIDTH = 100
const COLUMNS = [
  ['figure', 24, padEnd],
  ['engine', 10, padEnd],
  ['expected', 11, padStart],
  ['measured', 11, padStart],
  ['tolerance', 9, padStart],
  ['unit', 11, padEnd],
] as const
const GAP = '  '
const STATES: Readonly<Record<OutcomeState, readonly [word: string, style: Style]>> = {
  passed: ['PASS', 'good'],
  failed: ['FAIL', 'bad'],
  inconclusive: ['INCONCLUSIVE', 'warn'],
  shown: ['', 'plain'],
}
const UNITS: Readonly<Record<string, string>> = { us: 'µs' }

/** Whole microseconds and counts; ratios and the like with the digits that their tolerances have. */
function numberText(value: number | null, unit: string): string {
  if (value === null) return ''
  if (!Number.isFinite(value)) return 'none'
  if (unit === 'us') return formatNumber(Math.round(value))
  return Number.isInteger(value) ? formatNumber(value) : value.toFixed(Math.abs(value) < 10 ? 3 : 1)
}

const row = (cells: readonly string[]): string =>
  COLUMNS.map(([, width, pad], index) => pad(shorten(cells[index] ?? '', width), width)).join(GAP)

const indented = (text: string): readonly string[] => wrap(text, WIDTH - 4).map((line) => `    ${line}`)

export const paintOf = (color: boolean): Paint => (color ? ansiPaint : plainPaint)

export const headLine = (paint: Paint): string =>
  `${paint('strong', row(COLUMNS.map(([title]) => title)).trimEnd())}\n`

/** One line for each figure; below it what it means, unless it simply passed. */
export function resultText(result: Result, paint: Paint): string {
  const { id, what, engine, expected, measured, tolerance, unit, state, sentence } = result
  const [word, style] = STATES[state]
  const cells = row([
    `${id} ${what}`.trim(),
    engine ?? '',
    numberText(expected, unit),
    numberText(measured, unit),
    tolerance === null ? '' : tolerance === 0 ? 'exact' : `±${numberText(tolerance, unit)}`,
    UNITS[unit] ?? unit,
  ])
  const line = word === '' ? cells.trimEnd() : `${cells}${GAP}${paint(style, word)}`
  return [line, ...(state === 'passed' ? [] : indented(sentence)), ''].join('\n')
}

const idsOf = (results: readonly Result[], state: OutcomeState): string =>
  [...new Set(results.filter((result) => result.state === state).map(({ id }) => id))].join(',')

/** What came out, and what to do about it. */
export function summaryText(results: readonly Result[], pinning: string): string {
  const judged = results.filter(({ state }) => state !== 'shown')
  const passed = judged.filter(({ state }) => state === 'passed').length
  const count = `${passed} of ${judged.length} figures are within their tolerance.`
  const sentences = {
    0: `${count} On this machine the instrument is as exact as the tolerances say, and smaller differences than these are not to be believed.`,
    1: `${count} What failed did so while nothing disturbed the machine: do not trust numbers of that kind from here. Run \`authbench selftest --only ${idsOf(results, 'failed')}\` again; if it fails again, report it with the output of --json.`,
    3: `${count} The rest could not be judged, because the machine was disturbed. Close other programs, or take a quieter machine, and run \`authbench selftest --only ${idsOf(results, 'inconclusive')}\` again.`,
  } as const
  const text = judged.length === 0 ? 'Nothing was judged.' : sentences[exitCodeOf(results)]
  return `\n${[...wrap(text, WIDTH), ...wrap(pinning, WIDTH)].join('\n')}\n`
}
