// In this folder: checks that say whether a cell is valid, with their limits in `limits.ts`.

import type { CellData } from '../metrics/metric.ts'
import type { Check } from '../results/cell.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'

export type CheckedStrategy = Pick<StrategyInfo, 'title' | 'state' | 'needs'>

export interface CellCheck {
  readonly id: string
  /** It asks whether times can be trusted, which are not asked for on a busy machine. */
  readonly ofTime?: true
  /**
   * Null where it does not apply to the cell's kind of load.
   * @param roundDrift see `commonDrift`
   */
  check(cell: CellData, strategy: CheckedStrategy, roundDrift: number): Check | null
}

/** A cell is suspect from `warn` on and worthless from `invalid` on; null: no such limit. */
export interface Limits {
  readonly warn: number | null
  readonly invalid: number | null
}

/** Whether rates are searched for: some trials are meant to be more than the server can take. */
export const isSearch = ({ search }: Pick<CellData, 'search'>): boolean => search !== null

/** Null where the value is unknown. Not a number counts as beyond every limit. */
function outcomeOf(value: number | null, { warn, invalid }: Limits): Check['outcome'] {
  if (value === null) return 'unknown'
  if (invalid !== null && !(value <= invalid)) return 'invalid'
  return warn !== null && !(value <= warn) ? 'warn' : 'ok'
}

export function judged(id: string, value: number | null, limits: Limits, sentence: string): Check {
  return {
    id,
    value: value === null || !Number.isFinite(value) ? null : value,
    warnLimit: limits.warn,
    invalidLimit: limits.invalid,
    outcome: outcomeOf(value, limits),
    sentence,
  }
}
