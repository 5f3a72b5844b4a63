import { MINIMUM_ROUNDS } from '../../results/minimum-rounds.ts'
import type { Results } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { enumerateSome, formatDuration } from '../../units.ts'
import { COST, contendersOf, costGroupOf, costOf, reachOf } from '../groups/contenders.ts'
import { againstBaseline, type Group, subjectsOf } from '../groups/group.ts'
import { rankableMetrics, rankingOf } from '../groups/tiers.ts'
import { elsewhereText } from './elsewhere.ts'
import { COUNTED_ONLY, NOT_COMPARED } from './phrases.ts'

const STORE_COST = 'cpu.redis'
const NAMED_AT_MOST = 3

const titles = (strategies: readonly StrategyInfo[]) =>
  enumerateSome(
    strategies.map(({ title }) => title),
    NAMED_AT_MOST,
  )

function costSentence(group: Group, session: StrategyInfo, token: StrategyInfo): string {
  switch (group.comparison(session.id, token.id, COST)?.verdict) {
    case 'worse':
      return `${token.title} costs the server less CPU than ${session.title}.`
    case 'better':
      return `${session.title} costs the server less CPU than ${token.title}, the cheapest token.`
    case 'unsure':
    case 'equal':
      return `${session.title} and ${token.title}, the cheapest token, cannot be told apart by server CPU.`
    default:
      return `${session.title} and ${token.title} have too few rounds in common to compare their server CPU.`
  }
}

/** What is said of the cheapest token is not true of all: some can be revoked. */
function revocationSentence({ strategies }: Group, { revocation, title }: StrategyInfo): string | null {
  const isOneRevocable = strategies.some(({ family }) => family === 'revocable token')
  switch (revocation.effect) {
    case 'at-expiry':
      return isOneRevocable
        ? 'Of the two, only the session can be revoked before it expires; tokens that can be revoked keep state as well.'
        : 'Of the two, only the session can be revoked before it expires.'
    case 'immediate':
      return 'Both can be revoked at once.'
    case 'within':
      return `The session is revoked at once, ${title} within ${formatDuration(revocation.ms)}.`
    default:
      return null
  }
}

const storeSentence = (group: Group, session: StrategyInfo): string | null =>
  againstBaseline(group, session.id, STORE_COST)?.verdict === 'worse'
    ? 'For the session, Redis takes CPU on top.'
    : null

function localSentence(group: Group, local: StrategyInfo, others: readonly StrategyInfo[]): string | null {
  const isCheapest = others.every(({ id }) => group.comparison(local.id, id, COST)?.verdict === 'better')
  return isCheapest
    ? `${local.title} costs less than both, but serves ${reachOf(local) ?? 'one process'} only.`
    : null
}

function orderSentence(group: Group): string | null {
  const metric = rankableMetrics(group).find(({ id }) => id === COST)
  const subjects = subjectsOf(group).filter((strategy) => costOf(group, strategy) !== null)
  if (metric === undefined || subjects.length === 0) return null
  const tiers = rankingOf(group, metric, subjects).tiers.map((tier) => tier.map(({ strategy }) => strategy))
  const [least, most] = [tiers[0], tiers.at(-1)]
  if (subjects.length === 1) return null
  return least === undefined || most === undefined || tiers.length < 2
    ? 'The run cannot put these strategies in order by server CPU.'
    : `${titles(least)} adds the least server CPU, ${titles(most)} the most.`
}

/** The answer as a person would say it, without numbers: those are in the table. None where the run names no winner. */
export function shortAnswer(groups: readonly Group[]): readonly string[] {
  const group = costGroupOf(groups)
  if (group === null || !group.judged || group.baseline === null) return []
  const { session, token, local } = contendersOf(group)
  const sentences =
    session === null || token === null
      ? [orderSentence(group)]
      : [
          costSentence(group, session, token),
          storeSentence(group, session),
          revocationSentence(group, token),
          local === null ? null : localSentence(group, local, [session, token]),
        ]
  return sentences.filter((sentence) => sentence !== null)
}

/** Why no winner is named. */
export function noAnswer(results: Results, groups: readonly Group[]): string {
  const reason = reasonOf(results, groups)
  const elsewhere = elsewhereText(results)
  return elsewhere === null ? reason : `${elsewhere} ${reason}`
}

function reasonOf({ validity, changes, config }: Results, groups: readonly Group[]): string {
  if (validity.verdict === 'invalid')
    return 'No winner is named. Look up the failed checks under “Noise and validity”, remove the cause and run again.'
  if (validity.verdict === 'unjudged')
    return 'No winner is named. These values show that everything works; they are not a comparison.'
  if (config.timed === false) return COUNTED_ONLY
  if (changes.length > 0) return 'This run judges a change; it ranks no strategies.'
  if (groups.length > 0 && groups.every(({ scenario }) => !scenario.compared)) return NOT_COMPARED
  if (groups.every(({ strategies }) => strategies.length < 2))
    return 'One server alone was measured: there is nothing to compare it with.'
  if (groups.every(({ judged }) => !judged))
    return `No winner is named: that takes at least ${MINIMUM_ROUNDS} rounds in common.`
  return groups.some(({ baseline }) => baseline === null)
    ? 'No winner is named: the run has no strategy without authentication to compare with.'
    : 'No strategies were compared on server CPU.'
}
