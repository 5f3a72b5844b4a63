import { formatNumber } from '../../units.ts'
import { COST, reachOf } from '../groups/contenders.ts'
import { type Group, subjectsOf } from '../groups/group.ts'
import { rankableMetrics, rankingOf } from '../groups/tiers.ts'

/** Whether one strategy is shown to be the best of all by the metric, and one the worst. */
function ends(group: Group, metricId: string) {
  const metric = rankableMetrics(group).find(({ id }) => id === metricId)
  if (!group.judged || metric === undefined) return null
  const { tiers } = rankingOf(group, metric, subjectsOf(group))
  const [best = [], worst = []] = [tiers[0], tiers.at(-1)]
  const [first, last] = [best[0], worst[0]]
  return tiers.length < 2 || best.length > 1 || worst.length > 1 || first === undefined || last === undefined
    ? null
    : { best: first.strategy.title, worst: last.strategy.title }
}

/** What the chart shows, where the run shows it; otherwise what it is about. */
export function costTitle(group: Group): string {
  const found = ends(group, COST)
  return found === null
    ? 'CPU cost of authentication'
    : `${found.best} adds the least CPU, ${found.worst} the most`
}

export function throughputTitle(
  group: Group,
  metric: { readonly id: string; readonly title: string },
): string {
  const found = ends(group, metric.id)
  return found === null ? metric.title : `${found.best} serves the most requests, ${found.worst} the fewest`
}

/** Bytes are exact, so that their ratio needs no interval. */
export function sizeTitle(group: Group): string {
  const sizes = (family: string) =>
    group.strategies
      .filter((strategy) => strategy.family === family && reachOf(strategy) === null)
      .flatMap(({ id }) => group.estimate(id, 'bytes.request_head')?.value ?? [])
  const [tokens, sessions] = [sizes('token'), sizes('session')]
  const session = Math.min(...sessions)
  if (tokens.length === 0 || sessions.length === 0) return 'Request head on the wire'
  const [least, most] = [Math.min(...tokens), Math.max(...tokens)].map((bytes) =>
    formatNumber(round(bytes / session)),
  )
  return `A token makes the request ${least === most ? least : `${least} to ${most}`} times as large as a session id`
}

const round = (ratio: number) => Math.round(ratio * 10) / 10

/** @param cheapest that is revoked at once and that several servers share, where only one is on the front */
export const tradeoffTitle = (cheapest: string | null): string =>
  cheapest === null
    ? 'What a request costs, by how soon a logout holds'
    : `${cheapest} costs the least of what servers share and revoke at once`
