import { opposite } from '../../analysis/opposite-comparison.ts'
import type { Estimate, Results } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { enumerateSome, formatChange, formatEstimate, formatList, formatPercent } from '../../units.ts'
import { limitText } from '../groups/capacity.ts'
import { COST, contendersOf, costOf, reachOf } from '../groups/contenders.ts'
import { againstBaseline, type Group, subjectsOf } from '../groups/group.ts'
import { rankableMetrics, rankingOf } from '../groups/tiers.ts'
import { roundsOf } from './phrases.ts'

const STORE_COST = 'cpu.redis'
const THROUGHPUT = 'throughput'
const NAMED_AT_MOST = 4

const added = (estimate: Estimate, unit: string) => formatEstimate(estimate, unit, { signed: true })
function titleOf(strategy: StrategyInfo): string {
  const reach = reachOf(strategy)
  return reach === null ? strategy.title : `${strategy.title} (${reach} only)`
}

function costText(group: Group, strategy: StrategyInfo): string {
  const cost = costOf(group, strategy)
  return cost === null ? 'not judged' : added(cost.difference, cost.unit)
}

/**
 * What the run says of two strategies, the more expensive one first. An interval that excludes zero is never left unexplained.
 * @param unshown what to say where the interval holds zero
 */
function relation(group: Group, first: StrategyInfo, second: StrategyInfo, unshown: string): string {
  const straight = group.comparison(first.id, second.id, COST)
  if (straight === null || straight.verdict === 'not judged') return 'The two were not judged'
  const { verdict, unit, band, ...moved } = straight.difference.value < 0 ? opposite(straight) : straight
  const { low, high } = moved.difference
  const [expensive, other] = straight.difference.value < 0 ? [second, first] : [first, second]
  const change = moved.ratio === null ? '' : ` (${formatChange(moved.ratio)})`
  const distance = `${added(moved.difference, unit)}${change}`
  if (verdict === 'worse') return `${expensive.title} costs the server more than ${other.title}: ${distance}`
  if (verdict !== 'unsure' || low === null || high === null || low * high <= 0) return unshown
  const noise =
    band === null
      ? 'how far two copies of one server differ is unknown here'
      : `two copies of one server differ by up to ${formatPercent(band - 1)} here`
  return `${expensive.title} costs ${distance} more, which is inside the noise: ${noise}`
}

/** Who adds least and most. Null where server CPU was not compared. */
function orderSentence(group: Group): string | null {
  const metric = rankableMetrics(group).find(({ id }) => id === COST)
  if (metric === undefined) return null
  const subjects = subjectsOf(group).filter((strategy) => costOf(group, strategy) !== null)
  const costs = subjects
    .flatMap((strategy) => costOf(group, strategy) ?? [])
    .toSorted((a, b) => a.difference.value - b.difference.value)
  const [least, most] = [costs[0], costs.at(-1)]
  if (least === undefined || most === undefined) return null
  const rounds = roundsOf(costs.map(({ difference }) => difference))
  const tiers = rankingOf(group, metric)
    .tiers.map((tier) => tier.filter(({ strategy }) => subjects.includes(strategy)))
    .filter((tier) => tier.length > 0)
  const [top = [], bottom = []] = [tiers[0], tiers.at(-1)]
  if (subjects.length === 1)
    return `Server CPU that authentication adds: ${named(group, subjects)}; ${rounds}.`
  return tiers.length < 2
    ? 'The strategies cannot be put in order by server CPU. ' +
        `Authentication adds from ${added(least.difference, least.unit)} to ${added(most.difference, most.unit)}; ${rounds}.`
    : `Authentication adds the least server CPU with ${named(
        group,
        top.map(({ strategy }) => strategy),
      )} ` +
        `and the most with ${named(
          group,
          bottom.map(({ strategy }) => strategy),
        )}; ${rounds}.`
}

const named = (group: Group, strategies: readonly StrategyInfo[]) =>
  enumerateSome(
    strategies.map((strategy) => {
      const reach = reachOf(strategy)
      return `${strategy.title} (${costText(group, strategy)}${reach === null ? '' : `, ${reach} only`})`
    }),
    NAMED_AT_MOST,
  )

/** What the strategy gives up, for whoever compares it with one that gives up nothing. */
const drawback = ({ revocation }: StrategyInfo) =>
  revocation.effect === 'at-expiry' ? ' and cannot be revoked before it expires' : ''

function sharedSentence(group: Group, session: StrategyInfo, token: StrategyInfo): string {
  const store = againstBaseline(group, session.id, STORE_COST)
  const toStore = store === null ? '' : ` and ${added(store.difference, store.unit)} to Redis`
  return (
    `${session.title} adds ${costText(group, session)} to the server${toStore}. ` +
    `${token.title} adds ${costText(group, token)} to the server${drawback(token)}. ` +
    `${relation(group, session, token, 'The two server costs cannot be told apart')}.`
  )
}

/** How many requests one server serves, with what keeps the number from being a capacity. */
function throughputSentence(
  results: Results,
  group: Group,
  strategies: readonly StrategyInfo[],
): string | null {
  const unit = group.metrics.find(({ id }) => id === THROUGHPUT)?.unit
  const served = strategies.flatMap((strategy) => {
    const estimate = group.estimate(strategy.id, THROUGHPUT)
    return estimate === null ? [] : [`${formatEstimate(estimate, unit ?? '')} with ${titleOf(strategy)}`]
  })
  if (unit === undefined || served.length === 0) return null
  const limits = limitText(
    results,
    group,
    strategies.map(({ id }) => id),
  )
  const place = results.environment.pinning.server === null ? 'one server process' : 'one core'
  const label = limits === null ? '' : ` Some of these numbers are below the capacity: ${limits}.`
  return `In this test ${place} served ${formatList(served)}.${label}`
}

/** What authentication costs the server, in a few paragraphs. None where the group names no winner or has no baseline. */
export function answerOf(results: Results, group: Group): readonly string[] {
  if (!group.judged || group.baseline === null) return []
  const order = orderSentence(group)
  if (order === null) return []
  const { session, token, local } = contendersOf(group)
  const chosen = [session, token, local].filter((strategy) => strategy !== null)
  const unjudged = subjectsOf(group).filter((strategy) => costOf(group, strategy) === null)
  return [
    order,
    session === null || token === null ? null : sharedSentence(group, session, token),
    local === null || token === null
      ? null
      : `${titleOf(local)} adds ${costText(group, local)}. ${relation(group, local, token, `It cannot be told apart from ${token.title} by server CPU`)}.`,
    throughputSentence(results, group, chosen),
    unjudged.length === 0
      ? null
      : `Too few rounds to judge: ${formatList(unjudged.map(({ title }) => title))}.`,
  ].filter((sentence) => sentence !== null)
}
