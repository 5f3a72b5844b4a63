import { CHECKLIST } from '../../checklist/items.ts'
import type { Results } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { formatCount, formatDuration } from '../../units.ts'
import { byFamily, groupsByFamily } from '../groups/families.ts'
import { type Block, type Section, strategyCell, type TableCell, textCell } from '../model.ts'
import { revocationText, sentence } from '../words/phrases.ts'

const NEEDS: Readonly<Record<StrategyInfo['needs'][number], string>> = {
  memory: 'memory of the server',
  redis: 'Redis',
  sqlite: 'an SQLite file',
  'auth-server': 'an auth server',
}

const textOr = (text: string, otherwise: string): TableCell =>
  text === '' ? textCell(otherwise, 'muted') : textCell(text)

const cacheText = ({ cache }: StrategyInfo): string =>
  cache === null
    ? ''
    : `${formatCount(cache.entries, 'entry', 'entries')}, ${formatDuration(cache.seconds * 1_000)}`

/** The summary without the title that some begin with: it stands beside it. */
const aboutText = ({ title, summary }: StrategyInfo): string =>
  summary.startsWith(`${title}: `) ? summary.slice(title.length + 2) : summary

/** What strategies fail by design, and why: one line for those that give the same reason. */
export function exceptionItems(strategies: readonly StrategyInfo[]): readonly string[] {
  const exceptions = strategies.flatMap(({ title, exceptions }) =>
    Object.entries(exceptions).map(([item, { reason }]) => ({ item, reason, title })),
  )
  const order = CHECKLIST.map(({ id }) => id)
  return [...Map.groupBy(exceptions, ({ item, reason }) => JSON.stringify([item, reason])).values()]
    .flatMap((same) =>
      same[0] === undefined ? [] : [{ ...same[0], titles: same.map(({ title }) => title) }],
    )
    .toSorted((a, b) => order.indexOf(a.item) - order.indexOf(b.item))
    .map(({ item, reason, titles }) => {
      const text = CHECKLIST.find(({ id }) => id === item)?.text
      const name = text === undefined ? item : `${item} (the server ${text})`
      return `${name}: ${sentence(reason)} ${titles.join('; ')}.`
    })
}

const libraryText = ({ library }: StrategyInfo): string => library ?? ''

/** What each strategy is and promises, as it declares it itself. */
export function strategiesSection({ strategies, config }: Results): Section | null {
  if (strategies.length === 0) return null
  const ordered = byFamily(strategies)
  const exceptions = exceptionItems(ordered)
  const table: Block = {
    kind: 'table',
    table: {
      caption: 'What each declares',
      columns: [
        'Strategy',
        'What it is',
        'Stores',
        'Revokes',
        'Round trips',
        'Cache',
        'Needs',
        'Library',
        'Fails by design',
      ].map((title) => ({ title, unit: null })),
      rows: ordered.map((strategy) => [
        strategyCell(strategy),
        textCell(aboutText(strategy)),
        textOr(strategy.stores ?? '', 'nothing'),
        textCell(revocationText(strategy, config.ttlSeconds)),
        textCell(`${strategy.roundTrips}${strategy.refreshes ? ', refreshes' : ''}`),
        textOr(cacheText(strategy), 'none'),
        textOr(strategy.needs.map((need) => NEEDS[need]).join(', '), 'nothing'),
        textOr(libraryText(strategy), 'none'),
        textOr(Object.keys(strategy.exceptions).join(', '), 'nothing'),
      ]),
      ...groupsByFamily(ordered),
      note:
        'Round trips: to a store or another server, and from there to its store, for one request with a good credential and warm caches. ' +
        (ordered.some(({ refreshes }) => refreshes)
          ? 'Refreshes: credentials are exchanged for new ones with a refresh token. '
          : '') +
        'Library: the package that verifies the credential.',
    },
  }
  return {
    id: 'strategies',
    title: 'The strategies',
    blocks: [
      table,
      ...(exceptions.length === 0
        ? []
        : [{ kind: 'list' as const, title: 'What fails by design, and why', items: exceptions }]),
    ],
  }
}
