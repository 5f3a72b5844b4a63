import type { Estimate, Results } from '../results.ts'
import type { StrategyInfo } from '../strategy-info.ts'
import { formatCount, formatDuration } from '../units.ts'

/** `a`, `a and b`, `a, b and c`. */
export function enumerate(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

/** The first `limit` words, and how many more there are. */
export function enumerateSome(words: readonly string[], limit: number): string {
  const more = words.length - limit
  return more > 0 ? `${words.slice(0, limit).join(', ')} and ${more} more` : enumerate(words)
}

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
  return estimates.some(({ low }) => low === null)
    ? `${rounds}; an interval needs 6.`
    : `${rounds}; brackets hold 95 % intervals over rounds; exact: the same in every round.`
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
    default:
      return revocation satisfies never
  }
}

/** Whether a winner may be named at all. */
export const namesWinner = ({ validity }: Results): boolean =>
  validity.verdict !== 'unjudged' && validity.verdict !== 'invalid'

/** A sentence from outside, ended as a sentence. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
