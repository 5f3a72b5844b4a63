import type { StrategyInfo } from '../../results/strategy-info.ts'
import { formatDuration } from '../../units.ts'
import { COST, leadersOf, reachOf } from '../groups/contenders.ts'
import { isGrouped } from '../groups/families.ts'
import { againstBaseline, type Group, subjectsOf } from '../groups/group.ts'
import type { TradeoffChart } from '../model.ts'
import { tradeoffTitle } from '../words/chart-titles.ts'
import { roundsOf } from '../words/phrases.ts'

const TOTAL = 'cpu.total'

/** Milliseconds until a revoked credential is refused; null where nobody promises anything. */
function boundOf({ revocation }: StrategyInfo): number | null {
  switch (revocation.effect) {
    case 'immediate':
      return 0
    case 'within':
      return revocation.ms
    case 'at-expiry':
      return Number.POSITIVE_INFINITY
    default:
      return null
  }
}

const groupTitle = (bound: number): string =>
  bound === 0
    ? 'Revoked at once'
    : bound === Number.POSITIVE_INFINITY
      ? 'Valid until it expires'
      : `Revoked within ${formatDuration(bound)}`

/** Cost against revocation. Of many strategies those of the front and the first of each family. Null where nothing was compared. */
export function tradeoffChart(group: Group): TradeoffChart | null {
  const { baseline } = group
  if (!group.judged || baseline === null) return null
  const isTotal = group.metrics.some(({ id }) => id === TOTAL)
  const metric = isTotal ? TOTAL : COST
  const candidates = subjectsOf(group).flatMap((strategy) => {
    const bound = boundOf(strategy)
    const difference = againstBaseline(group, strategy.id, metric)?.difference
    return bound === null || difference === undefined ? [] : [{ strategy, bound, estimate: difference }]
  })
  // What one process alone can do is no reason not to choose what several share.
  const isFront = (own: (typeof candidates)[number]) =>
    reachOf(own.strategy) === null &&
    !candidates.some(
      (other) =>
        other.bound <= own.bound &&
        reachOf(other.strategy) === null &&
        group.comparison(other.strategy.id, own.strategy.id, metric)?.verdict === 'better',
    )
  const leaders = isGrouped(candidates) ? leadersOf(group) : subjectsOf(group)
  const rows = candidates
    .map((candidate) => ({ ...candidate, front: isFront(candidate) }))
    .filter(({ strategy, front }) => front || leaders.includes(strategy))
    .toSorted((a, b) => (a.bound === b.bound ? a.estimate.value - b.estimate.value : a.bound - b.bound))
    .map(({ strategy, bound, estimate, front }) => ({
      reach: reachOf(strategy),
      id: strategy.id,
      label: [strategy.title, reachOf(strategy)].filter((part) => part !== null).join(', '),
      state: strategy.state,
      group: groupTitle(bound),
      estimate,
      bytes: group.estimate(strategy.id, 'bytes.request_head')?.value ?? null,
      front,
    }))
  if (rows.length < 2) return null
  const atOnce = candidates.filter((candidate) => candidate.bound === 0 && isFront(candidate))
  return {
    kind: 'tradeoff',
    id: `tradeoff-${group.id}`,
    title: tradeoffTitle(atOnce.length === 1 ? (atOnce[0]?.strategy.title ?? null) : null),
    description:
      `CPU per request beyond “${baseline.title}”${isTotal ? ', in all processes' : ''}, with its 95 % interval, and bytes of the request (larger dots: more). ` +
      `Hollow: another that is revoked as soon is shown to cost less${rows.some(({ reach }) => reach !== null) ? ', or servers cannot share it' : ''}. Dashed: the cheapest at each deadline.`,
    unit: 'us/req',
    rounds: roundsOf(rows.map(({ estimate }) => estimate)),
    rows: rows.map(({ reach, ...row }) => row),
  }
}
