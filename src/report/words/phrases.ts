// In this folder: sentences that several sections of the report share.

import { MINIMUM_ROUNDS } from '../../results/minimum-rounds.ts'
import type { Comparison, Estimate, Results } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { formatCount, formatDuration, formatPercent, isExact } from '../../units.ts'

/** Whose claims they are. */
export const CLAIMS_TITLE = 'Claims of the article “Hype Driven Development: JWT”'

/** `Over 6 rounds`; a range where strategies lost rounds. */
export function roundsOf(estimates: readonly Estimate[]): string {
  const counts = estimates.map(({ rounds }) => rounds)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  if (counts.length === 0) return 'no rounds'
  return least === most ? formatCount(most, 'round') : `${least} to ${formatCount(most, 'round')}`
}

/** How to read the brackets, which is not the same with too few rounds. */
export function intervalNote(estimates: readonly Estimate[]): string {
  const rounds = roundsOf(estimates)
  const someExact = estimates.some((estimate) => isExact([estimate]))
  return estimates.some(({ low }) => low === null)
    ? `${rounds}; an interval needs ${MINIMUM_ROUNDS}.`
    : `${rounds}; brackets hold 95 % intervals over rounds${someExact ? '; exact: the same in every round' : ''}.`
}

/** What the strategy promises to do with a revoked credential. */
export function revocationText({ revocation }: StrategyInfo, ttlSeconds: number): string {
  switch (revocation.effect) {
    case 'immediate':
      return 'at once'
    case 'within':
      return `within ${formatDuration(revocation.ms)}`
    case 'at-expiry':
      return `at expiry (${formatDuration(ttlSeconds * 1_000)})`
    case 'never':
      return 'nothing to revoke'
    case 'unknown':
      return 'not known here'
    default:
      return revocation satisfies never
  }
}

/** `±13 %`: the noise that a ratio must leave behind to be a difference. Null where there is no A/A interval. */
export function bandText(comparisons: readonly Comparison[], metric: string): string | null {
  const bands = comparisons.flatMap((comparison) =>
    comparison.metric === metric ? (comparison.band ?? []) : [],
  )
  return bands.length === 0 ? null : `±${formatPercent(Math.max(...bands) - 1)}`
}

/** The noise of every scenario and load; `isOne`: it is the same for all. Null where there is no A/A interval. */
export function bandRange(
  comparisons: readonly Comparison[],
  metric: string,
): { readonly text: string; readonly isOne: boolean } | null {
  const bands = comparisons.flatMap((comparison) =>
    comparison.metric === metric ? (comparison.band ?? []) : [],
  )
  if (bands.length === 0) return null
  const [least, most] = [Math.min(...bands), Math.max(...bands)].map((band) => `±${formatPercent(band - 1)}`)
  return least === most || least === undefined || most === undefined
    ? { text: most ?? '', isOne: true }
    : { text: `${least} to ${most}, by scenario and load`, isOne: false }
}

/** Why there is no ranking. */
export const NOT_COMPARED =
  'The run compares no strategies: it loads each of them in proportion to what it serves itself.'

/** What a run without times says. */
export const COUNTED_ONLY =
  'This run counts and tells no times: it has no verdict on CPU, latency or throughput, which a busy machine changes. What servers allocate, send and ask a store, it does not.'

/** Whether a winner may be named at all. */
export const namesWinner = ({ validity }: Results): boolean =>
  validity.verdict !== 'unjudged' && validity.verdict !== 'invalid'

/** A sentence from outside, ended as a sentence. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
