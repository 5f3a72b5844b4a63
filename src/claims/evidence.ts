import type { Measured } from '../analysis/measured.ts'
import type { Comparison, Estimate, Summary } from '../results.ts'
import { MINIMUM_ROUNDS } from '../stats/rounds-needed.ts'
import type { StrategyInfo } from '../strategy-info.ts'
import { formatChange, formatEstimate } from '../units.ts'

/** Claims are about checking a credential on every request. */
const SCENARIO = 'verify'

/** Strategies that were measured and accept their own credential, in the order of the run. */
export function strategiesWith(results: Measured, state: StrategyInfo['state']): readonly StrategyInfo[] {
  const working = results.probes.filter(({ ownStatus }) => ownStatus === 200).map(({ strategy }) => strategy)
  return results.strategies.filter((strategy) => strategy.state === state && working.includes(strategy.id))
}

/** Why differences in time must not be read; null where they may. Counts and bytes stand in any case. */
export function doubtOf({ validity, config }: Measured): string | null {
  if (validity.verdict === 'invalid')
    return 'The run is invalid, so its times are not judged; counts and bytes are exact.'
  return config.rounds < MINIMUM_ROUNDS
    ? `Times need ${MINIMUM_ROUNDS} rounds to be judged; counts and bytes are exact.`
    : null
}

export const titleOf = ({ strategies }: Measured, id: string): string =>
  strategies.find((strategy) => strategy.id === id)?.title ?? id

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? 'none'
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}

export const summaryOf = (results: Measured, strategy: string, metric: string): Summary | null =>
  results.summary.find(
    (row) => row.scenario === SCENARIO && row.strategy === strategy && row.metric === metric,
  ) ?? null

const turned = <Value extends Estimate>(estimate: Value, turn: (bound: number) => number): Estimate => ({
  value: turn(estimate.value),
  low: estimate.high === null ? null : turn(estimate.high),
  high: estimate.low === null ? null : turn(estimate.low),
  rounds: estimate.rounds,
})
const OPPOSITE = { better: 'worse', worse: 'better' } as const

function opposite(comparison: Comparison): Comparison {
  const { verdict, ratio, difference } = comparison
  return {
    ...comparison,
    strategy: comparison.baseline,
    baseline: comparison.strategy,
    ratio: ratio === null ? null : turned(ratio, (bound) => 1 / bound),
    difference: turned(difference, (bound) => -bound),
    verdict: verdict === 'better' || verdict === 'worse' ? OPPOSITE[verdict] : verdict,
  }
}

/** `strategy` against `baseline`, whichever way round the run has it. */
export function comparisonOf(
  results: Measured,
  metric: string,
  strategy: string,
  baseline: string,
): Comparison | null {
  const rows = results.comparisons.filter((row) => row.metric === metric && row.scenario === SCENARIO)
  const straight = rows.find((row) => row.strategy === strategy && row.baseline === baseline)
  if (straight !== undefined) return straight
  const reverse = rows.find((row) => row.strategy === baseline && row.baseline === strategy)
  return reverse === undefined ? null : opposite(reverse)
}

/** `JWT HS256 (jose): 582 B exact of request head`; null where it was not measured. */
export function valueSentence(results: Measured, strategy: string, metric: string): string | null {
  const summary = summaryOf(results, strategy, metric)
  const title = results.metrics.find(({ id }) => id === metric)?.title ?? metric
  return summary === null
    ? null
    : `${titleOf(results, strategy)}: ${title} ${formatEstimate(summary.estimate, summary.unit)}.`
}

const WORDS: Readonly<Record<Comparison['verdict'], string>> = {
  better: 'better',
  worse: 'worse',
  equal: 'the same',
  unsure: 'no difference shown beyond the noise',
  'not judged': 'not judged, too few rounds',
}

/** `Server CPU, JWT against session: +12.3 % [+10.1, +14.6], +11.9 us/req [...]: worse.` */
export function comparisonSentence(results: Measured, comparison: Comparison): string {
  const { metric, unit, strategy, baseline, ratio, difference, verdict } = comparison
  const title = results.metrics.find(({ id }) => id === metric)?.title ?? metric
  const change = ratio === null ? '' : `${formatChange(ratio)}, `
  const distance = formatEstimate(difference, unit, { signed: true })
  return `${title}, ${titleOf(results, strategy)} against ${titleOf(results, baseline)}: ${change}${distance}; ${WORDS[verdict]}.`
}

/** Sentences that exist. */
export const present = (sentences: readonly (string | null)[]): string[] =>
  sentences.filter((sentence) => sentence !== null)
