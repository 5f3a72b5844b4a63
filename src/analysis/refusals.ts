import { type Cell, isRefused } from '../results/cell.ts'
import type { Refusal } from '../results/world-results.ts'
import { keyOf } from './subject.ts'

/** One for each strategy and point, in their order. */
export function refusalsOf(cells: readonly Cell[]): Refusal[] {
  const refused = cells.flatMap((cell) =>
    isRefused(cell) && cell.state === 'failed' && cell.arm === 'main' && cell.refusal !== undefined
      ? [{ ...cell, refusal: cell.refusal }]
      : [],
  )
  const groups = Map.groupBy(refused, (cell) => `${cell.strategy} ${keyOf(cell)}`)
  return [...groups.values()].flatMap((all) =>
    all.slice(0, 1).map(({ strategy, scenario, params, refusal }) => ({
      strategy,
      scenario,
      params,
      statuses: [...new Set(all.map((cell) => cell.refusal.ownStatus))],
      credentialBytes: refusal.credentialBytes,
      requestHeadBytes: refusal.requestHeadBytes,
      rounds: new Set(all.map(({ round }) => round)).size,
    })),
  )
}
