// In this folder: charts as data, one file each; `svg/` and `terminal/` draw them.

import type { StrategyInfo } from '../../results/strategy-info.ts'
import { familyTitle, firstOfFamilies, isGrouped } from '../groups/families.ts'
import type { ChartRow } from '../model.ts'

/**
 * One row per strategy that has something to draw, in the given order; of many, with their families.
 * @param drawn null: nothing to draw
 */
export function chartRows<Drawn extends object>(
  strategies: readonly StrategyInfo[],
  drawn: (strategy: StrategyInfo) => Drawn | null,
): readonly (ChartRow & Drawn)[] {
  const found = strategies.flatMap((strategy) => {
    const row = drawn(strategy)
    return row === null ? [] : [{ strategy, row }]
  })
  const shown = found.map(({ strategy }) => strategy)
  const kept = isGrouped(shown) ? firstOfFamilies(shown, { last: true }) : null
  return found.map(({ strategy, row }) => ({
    label: strategy.title,
    state: strategy.state,
    ...(kept === null ? {} : { group: familyTitle(strategy), kept: kept.includes(strategy) }),
    ...row,
  }))
}
