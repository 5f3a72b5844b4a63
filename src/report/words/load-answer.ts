import type { Comparison, Results } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { formatChange, formatEstimate, formatList, formatNumber, formatPercent } from '../../units.ts'
import type { Contenders } from '../groups/contenders.ts'
import type { Group } from '../groups/group.ts'
import { loadOf, servedText, shareText } from '../groups/load-kind.ts'

/** `with Session in Redis`, `without authentication`. */
const withText = ({ title, state }: StrategyInfo): string =>
  state === 'none' ? 'without authentication' : `with ${title}`

/** Baseline, session, token, as far as the group has a value of its primary metric for them. */
function namedOf(group: Group, { session, token }: Contenders): readonly StrategyInfo[] {
  const { primary, baseline } = group
  return [baseline, session, token].flatMap((strategy) =>
    strategy === null || primary === null || group.estimate(strategy.id, primary.id) === null
      ? []
      : [strategy],
  )
}

function valueText({ primary, estimate }: Group, strategy: StrategyInfo): string {
  const value = primary === null ? null : estimate(strategy.id, primary.id)
  return value === null || primary === null
    ? `no value ${withText(strategy)}`
    : `${formatEstimate(value, primary.unit)} ${withText(strategy)}`
}

interface Pair {
  readonly first: StrategyInfo
  readonly second: StrategyInfo
  readonly comparison: Comparison
}

/** The values stand before it, so that the ratio is enough. */
const sizeText = ({ difference, unit, ratio }: Comparison): string =>
  ratio === null ? formatEstimate(difference, unit, { signed: true }) : formatChange(ratio)

const shownText = ({ first, second, comparison }: Pair): string =>
  `${comparison.difference.value < 0 ? 'lower' : 'higher'} ${withText(first)} than ${withText(second)} (${sizeText(comparison)})`

/** An interval that excludes zero is never left unexplained. */
function unshownText({ first, second, comparison }: Pair): string {
  const { low, high } = comparison.difference
  const between = `between ${first.title} and ${second.title}`
  if (low === null || high === null || low * high <= 0) return between
  const noise =
    comparison.band === null
      ? 'the noise is unknown here'
      : `inside the noise of ±${formatPercent(comparison.band - 1)}`
  return `${between} (${sizeText(comparison)}: ${noise})`
}

/** Which differences between the named ones hold and which do not: each against the first, then the others among each other. */
function differencesText(group: Group, named: readonly StrategyInfo[], what: string): readonly string[] {
  const pairs = named.flatMap((second, index) =>
    named.slice(index + 1).flatMap((first): readonly Pair[] => {
      const comparison =
        group.primary === null ? null : group.comparison(first.id, second.id, group.primary.id)
      return comparison === null ? [] : [{ first, second, comparison }]
    }),
  )
  const of = (...verdicts: readonly Comparison['verdict'][]) =>
    pairs.filter(({ comparison }) => verdicts.includes(comparison.verdict))
  const [shown, unshown, unjudged] = [of('better', 'worse'), of('unsure', 'equal'), of('not judged')]
  return [
    ...(shown.length === 0 ? [] : [`Shown: ${what} is ${formatList(shown.map(shownText))}.`]),
    ...(unshown.length === 0 ? [] : [`Not shown: a difference ${unshown.map(unshownText).join(', or ')}.`]),
    ...(unjudged.length === 0
      ? []
      : [
          `Too few rounds to judge: ${unjudged.map(({ first, second }) => `${first.title} against ${second.title}`).join('; ')}.`,
        ]),
  ]
}

/** How long users wait under the same arrivals: one paragraph for a point. None where the group names no winner. */
export function waitingAnswer(group: Group, contenders: Contenders): readonly string[] {
  const { primary, params } = group
  const named = namedOf(group, contenders)
  const [first] = named
  const rate = first === undefined ? null : group.estimate(first.id, 'load.rate')
  if (!group.judged || primary === null || first === undefined || rate === null) return []
  const load = loadOf(params)
  const share = load === null ? '' : `, ${shareText(load)} of what the slowest strategy serves`
  const worst = group.strategies
    .filter(({ id }) => group.estimate(id, primary.id) !== null)
    .toSorted(
      (a, b) =>
        (group.estimate(b.id, primary.id)?.value ?? 0) - (group.estimate(a.id, primary.id)?.value ?? 0),
    )[0]
  const highest =
    worst === undefined || named.includes(worst) ? '' : `; the highest value is ${valueText(group, worst)}`
  const values = formatList(named.map((strategy) => valueText(group, strategy)))
  const name = primary.title.replace(/^\w+ /, '')
  return [
    [
      `At ${formatEstimate(rate, 'req/s')}${share}, ${servedText(primary.id)} are answered within ${values}, counted from when they were due${highest}.`,
      ...differencesText(group, named, name),
    ].join(' '),
  ]
}

/** The highest rate within the latency limit. None where the group names no winner. */
export function rateAnswer(
  { config, environment }: Results,
  group: Group,
  contenders: Contenders,
): readonly string[] {
  const { primary } = group
  const named = namedOf(group, contenders)
  if (!group.judged || primary === null || named.length === 0) return []
  const without = group.strategies.filter(({ id }) => group.estimate(id, primary.id) === null)
  const place = environment.pinning.server === null ? 'one server process' : 'one core'
  return [
    [
      `With 99 of 100 requests answered within ${formatNumber(config.sloMs)} ms, ${place} serves up to ${formatList(named.map((strategy) => valueText(group, strategy)))}.`,
      ...differencesText(group, named, 'the rate'),
      ...(without.length === 0
        ? []
        : [`No rate that was tried kept the limit with ${formatList(without.map(({ title }) => title))}.`]),
    ].join(' '),
  ]
}
