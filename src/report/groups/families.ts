import type { StrategyInfo } from '../../results/strategy-info.ts'

/** In the order of reports, as headings of tables and charts. */
const TITLES: Readonly<Record<StrategyInfo['family'], string>> = {
  baseline: 'Baseline',
  session: 'Sessions',
  token: 'Tokens',
  'revocable token': 'Revocable tokens',
  'token and auth server': 'Tokens and auth server',
  target: 'Own endpoint',
}
const ORDER = Object.keys(TITLES)

/** Fewer are seen at a glance, in one order. */
const GROUPED_FROM = 12

export const familyTitle = ({ family }: StrategyInfo): string => TITLES[family]

export const isGrouped = (strategies: readonly unknown[]): boolean => strategies.length >= GROUPED_FROM

/** One family after the other where there are many, otherwise as they are. */
export const byFamily = (strategies: readonly StrategyInfo[]): readonly StrategyInfo[] =>
  isGrouped(strategies)
    ? strategies.toSorted((a, b) => ORDER.indexOf(a.family) - ORDER.indexOf(b.family))
    : strategies

/** In the order of reports; only those that are there. */
export function familiesOf(
  strategies: readonly StrategyInfo[],
): readonly { readonly title: string; readonly members: readonly StrategyInfo[] }[] {
  const members = Map.groupBy(strategies, ({ family }) => family)
  return [...members]
    .toSorted(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
    .map(([family, own]) => ({ title: TITLES[family], members: own }))
}

/** The first of each family, or with `last` the last as well: what is shown where not all have room. */
export const firstOfFamilies = (
  ordered: readonly StrategyInfo[],
  { last = false }: { readonly last?: boolean } = {},
): readonly StrategyInfo[] =>
  familiesOf(ordered).flatMap(({ members }) =>
    members.filter((_, index) => index === 0 || (last && index === members.length - 1)),
  )

/** The families of a table's rows where there are many. */
export const groupsByFamily = (ordered: readonly StrategyInfo[]): { readonly groups?: readonly string[] } =>
  isGrouped(ordered) ? { groups: ordered.map(familyTitle) } : {}

/** What a table of strategies says of its rows where there are many: their families, and which of them short formats keep. */
export function rowsByFamily(
  ordered: readonly StrategyInfo[],
  also: readonly StrategyInfo[] = [],
): { readonly groups?: readonly string[]; readonly kept?: readonly boolean[] } {
  if (!isGrouped(ordered)) return {}
  const kept = [...firstOfFamilies(ordered, { last: true }), ...also]
  return { ...groupsByFamily(ordered), kept: ordered.map((strategy) => kept.includes(strategy)) }
}
