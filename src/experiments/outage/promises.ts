import type { StrategyInfo } from '../../results/strategy-info.ts'
import { formatCount, formatDuration } from '../../units.ts'
import { type Answer, countOf, OK, sentBetween, UNAUTHORIZED, UNAVAILABLE } from '../answers.ts'
import {
  ANSWER_LIMIT_MS,
  goneFrom,
  keepsData,
  type OutageFault,
  type OutageObservation,
  SLOW_MS,
  servesAloneMs,
} from './observation.ts'

export const FAULT_WORDS: Readonly<Record<OutageFault, string>> = {
  killed: 'Redis was killed',
  paused: 'Redis was paused',
  slow: `Redis was slow by ${formatDuration(SLOW_MS)}`,
  emptied: 'Redis came back empty',
  evicting: 'Redis evicted what it held',
}

/** It says by an exception of its own that it does without the promises of an outage. */
export const isExcused = ({ exceptions }: StrategyInfo): boolean => exceptions.A01 !== undefined

/** The machine was as busy for a route that asks nobody: so much of the wait is not the server's. */
function waitOf([sentMs, tookMs]: Answer, anonymous: readonly Answer[]): number {
  const beside = anonymous.filter(([at, took]) => at < sentMs + tookMs && at + took > sentMs)
  return tookMs - Math.max(0, ...beside.map(([, took]) => took))
}

/** Whether an answer is one that good credentials may get, now or ever. */
function isAllowed([, , status]: Answer, fault: OutageFault): boolean {
  // What is no longer in the store is refused.
  return status === OK || status === UNAVAILABLE || (status === UNAUTHORIZED && !keepsData(fault))
}

/** Accepted so long after the store went that nothing the server knows can have said so. */
function servedBlindly(info: StrategyInfo, observed: OutageObservation): number {
  const { fault, toMs, reads } = observed
  const aloneMs = servesAloneMs(info)
  if (aloneMs === null || !keepsData(fault)) return 0
  const sinceMs = goneFrom(observed) + aloneMs + ANSWER_LIMIT_MS
  return sentBetween(reads, sinceMs, toMs).filter(
    ([sentMs, tookMs, status]) => status === OK && sentMs + tookMs < toMs,
  ).length
}

/** Promises that were not kept, one sentence each. */
export function brokenBy(info: StrategyInfo, observed: OutageObservation): readonly string[] {
  if (isExcused(info)) return []
  const { fault, reads, logins, anonymous, loggedOut, users, revoked, revived, recoveredMs } = observed
  const when = `while ${FAULT_WORDS[fault]}`
  const broken: string[] = []
  const wrong = reads.filter((answer) => !isAllowed(answer, fault))
  if (wrong.length > 0) {
    const statuses = [...new Set(wrong.map(([, , status]) => status ?? 'not at all'))]
    broken.push(
      `${info.title} answered ${formatCount(wrong.length, 'request')} with a good credential ${statuses.join(', ')} ${when}; a store that is away is no reason but for 503.`,
    )
  }
  const wrongLogins = logins.length - countOf(logins, OK) - countOf(logins, UNAVAILABLE)
  if (wrongLogins > 0)
    broken.push(`${info.title} answered ${formatCount(wrongLogins, 'login')} neither 200 nor 503 ${when}.`)
  const blind = servedBlindly(info, observed)
  if (blind > 0)
    broken.push(
      `${info.title} accepted ${formatCount(blind, 'request')} ${when}, when it could no longer know what had been revoked.`,
    )
  const late = [...reads, ...logins].map((answer) => waitOf(answer, anonymous))
  const longest = Math.max(0, ...late)
  if (longest > ANSWER_LIMIT_MS)
    broken.push(
      `${info.title} let a request wait for ${formatDuration(longest)} ${when}; ${formatDuration(ANSWER_LIMIT_MS)} is the limit.`,
    )
  const disturbed = anonymous.length - countOf(anonymous, OK)
  if (disturbed > 0)
    broken.push(
      `${info.title} failed ${formatCount(disturbed, 'request')} for a route that needs no credential ${when}.`,
    )
  if (recoveredMs === null) broken.push(`${info.title} did not recover after ${FAULT_WORDS[fault]}.`)
  if (keepsData(fault) && loggedOut > 0)
    broken.push(
      `${info.title} logged out ${loggedOut} of ${formatCount(users, 'user')} ${when}, though nothing was lost.`,
    )
  if (keepsData(fault) && revived > 0)
    broken.push(
      `${info.title} accepted ${revived} of ${formatCount(revoked, 'revoked credential')} again after ${FAULT_WORDS[fault]}.`,
    )
  return broken
}
