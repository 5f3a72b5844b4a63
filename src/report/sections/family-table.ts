import type { Estimate } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { enumerateSome } from '../../units.ts'
import { COST, reachOf } from '../groups/contenders.ts'
import { familiesOf, isGrouped } from '../groups/families.ts'
import { againstBaseline, type Group, subjectsOf } from '../groups/group.ts'
import { rankableMetrics, rankingOf } from '../groups/tiers.ts'
import { type Block, estimateCell, textCell } from '../model.ts'
import { roundsOf } from '../words/phrases.ts'

const NAMED_AT_MOST = 2

/** What stands for the strategy: what it adds to the baseline, or where that is not asked its own value. */
const shownValue = (group: Group, metric: string, strategy: StrategyInfo): Estimate | null =>
  metric === COST && group.baseline !== null
    ? (againstBaseline(group, strategy.id, metric)?.difference ?? null)
    : group.estimate(strategy.id, metric)

function nameOf(strategy: StrategyInfo): string {
  const reach = reachOf(strategy)
  return reach === null ? strategy.title : `${strategy.title} (${reach} only)`
}

/**
 * Who wins inside of each family, as far as the run shows it. None where there are few strategies, where the group names no
 * winner, or where its metric was not compared between all.
 * @param isExplained the note says how to read it; not repeated for every load
 */
export function familyTable(group: Group, isExplained: boolean): readonly Block[] {
  const metric = rankableMetrics(group)[0]
  if (
    !isGrouped(group.strategies) ||
    !group.judged ||
    metric === undefined ||
    metric.id !== group.primary?.id
  )
    return []
  const added = metric.id === COST && group.baseline !== null
  const values: Estimate[] = []
  const rows = familiesOf(subjectsOf(group)).flatMap(({ title, members }) => {
    const best = rankingOf(group, metric, members).tiers[0]?.map(({ strategy }) => strategy) ?? []
    const value = best[0] === undefined ? null : shownValue(group, metric.id, best[0])
    if (value === null) return []
    values.push(value)
    return [
      [
        textCell(`${title} (${members.length})`),
        textCell(
          best.length === members.length && members.length > 1
            ? `no order shown; lowest estimate: ${best.slice(0, 1).map(nameOf).join('')}`
            : enumerateSome(best.map(nameOf), NAMED_AT_MOST),
        ),
        estimateCell(value, added),
      ],
    ]
  })
  if (rows.length === 0) return []
  const extreme = metric.better === 'lower' ? 'Lowest' : 'Highest'
  return [
    {
      kind: 'table',
      table: {
        caption: `${group.title}: best of each family`,
        columns: [
          { title: 'Family', unit: null },
          { title: `${extreme}, as far as shown`, unit: null },
          { title: added ? `${metric.title} added` : metric.title, unit: metric.unit },
        ],
        rows,
        note:
          roundsOf(values) +
          (isExplained
            ? '; brackets hold 95 % intervals. Whoever is named is shown to be better than all of the family that are not. Several names: no order is shown among them; the number is that of the first.'
            : '.'),
      },
    },
  ]
}
