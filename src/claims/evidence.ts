import { opposite } from '../analysis/opposite-comparison.ts'
import type { Params } from '../results/cell.ts'
import { MINIMUM_ROUNDS } from '../results/minimum-rounds.ts'
import type { Comparison, MeasuredResults, Summary } from '../results/results.ts'
import { formatChange, formatEstimate, formatPercent } from '../units.ts'

/** Claims are about checking a credential on every request. */
const SCENARIO = 'verify'

/** Points of scenarios through worlds that are the usual one: the same load on the same servers as there. */
const USUAL_POINTS: readonly ((params: Params) => boolean)[] = [
  ({ storeRttMs, load, entries }) => storeRttMs === 0 && load === undefined && entries === undefined,
  ({ waitMs }) => waitMs === 0,
]

/** Of several the first: that of the scenario itself. */
function ofVerify<Row extends { readonly scenario: string; readonly params: Params }>(
  rows: readonly Row[],
): readonly Row[] {
  const own = rows.filter(({ scenario }) => scenario === SCENARIO)
  return own.length > 0 ? own : rows.filter(({ params }) => USUAL_POINTS.some((isUsual) => isUsual(params)))
}

/**
 * Why differences in time must not be read; null where they may. Counts and bytes stand in any case.
 * @param needed the comparisons that a verdict would rest on
 */
export function doubtOf(results: MeasuredResults, needed: readonly Comparison[]): string | null {
  if (results.validity.verdict === 'invalid')
    return 'The run is invalid, so its times are not judged; counts and bytes are exact.'
  const tooFew = needed.find(({ verdict }) => verdict === 'not judged')
  if (tooFew === undefined) return null
  const [own, other] = [titleOf(results, tooFew.strategy), titleOf(results, tooFew.baseline)]
  return `Times need ${MINIMUM_ROUNDS} rounds to be judged; ${own} and ${other} have ${tooFew.difference.rounds} in common. Counts and bytes are exact.`
}

export const titleOf = ({ strategies }: MeasuredResults, id: string): string =>
  strategies.find((strategy) => strategy.id === id)?.title ?? id

/** Counts and bytes are the same wherever credentials are checked and nothing else, so that a run without the scenario has them too. */
export function summaryOf(results: MeasuredResults, strategy: string, metric: string): Summary | null {
  const others = new Set(results.cohorts.map(({ scenario }) => scenario))
  const rows = results.summary.filter(
    (row) => row.strategy === strategy && row.metric === metric && !others.has(row.scenario),
  )
  const isExact = results.metrics.find(({ id }) => id === metric)?.exact === true
  return ofVerify(rows)[0] ?? (isExact ? rows[0] : undefined) ?? null
}

/** `strategy` against `baseline`, whichever way round the run has it. */
export function comparisonOf(
  results: MeasuredResults,
  metric: string,
  strategy: string,
  baseline: string,
): Comparison | null {
  const pair = [strategy, baseline]
  const rows = ofVerify(
    results.comparisons.filter(
      (row) => row.metric === metric && pair.includes(row.strategy) && pair.includes(row.baseline),
    ),
  )
  const straight = rows.find((row) => row.strategy === strategy)
  if (straight !== undefined) return straight
  const reverse = rows.find((row) => row.baseline === strategy)
  return reverse === undefined ? null : opposite(reverse)
}

/** `JWT HS256 (jose): 582 B exact of request head`; null where it was not measured. */
export function valueSentence(results: MeasuredResults, strategy: string, metric: string): string | null {
  const summary = summaryOf(results, strategy, metric)
  const title = results.metrics.find(({ id }) => id === metric)?.title ?? metric
  return summary === null
    ? null
    : `${titleOf(results, strategy)}: ${title} ${formatEstimate(summary.estimate, summary.unit)}.`
}

function wordsOf({ verdict, band }: Comparison): string {
  const noise =
    band === null ? '' : `; two copies of the same server differ by up to ${formatPercent(band - 1)}`
  const words: Readonly<Record<Comparison['verdict'], string>> = {
    better: 'better',
    worse: 'worse',
    equal: 'the same',
    unsure: `no difference shown${noise}`,
    'not judged': 'not judged, too few rounds',
  }
  return words[verdict]
}

/** `Server CPU, JWT against session: +12.3 % [+10.1, +14.6], +11.9 us/req [...]: worse.` */
export function comparisonSentence(results: MeasuredResults, comparison: Comparison): string {
  const { metric, unit, strategy, baseline, ratio, difference } = comparison
  const title = results.metrics.find(({ id }) => id === metric)?.title ?? metric
  const change = ratio === null ? '' : `${formatChange(ratio)}, `
  const distance = formatEstimate(difference, unit, { signed: true })
  return `${title}, ${titleOf(results, strategy)} against ${titleOf(results, baseline)}: ${change}${distance}; ${wordsOf(comparison)}.`
}

/** Sentences that exist. */
export const present = (sentences: readonly (string | null)[]): string[] =>
  sentences.filter((sentence) => sentence !== null)
