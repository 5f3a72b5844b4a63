import type { CompletedCell } from '../cell.ts'
import type { MetricInfo } from '../results.ts'

export interface Metric extends MetricInfo {
  /**
   * Requests that all rounds together must hold before the metric is reported. A percentile q needs 100 requests beyond it:
   * n (1 - q) >= 100.
   */
  readonly minimumRequests: number
  /** In `unit`; null where the cell cannot tell. */
  read(cell: CompletedCell): number | null
}

export type CellData = Pick<CompletedCell, 'load' | 'store' | 'probe' | 'warmup'>

/** Responses with the expected status inside the windows. */
export function requestsOf({ load }: Pick<CellData, 'load'>): number {
  return load.slices.reduce((sum, slice) => sum + slice.requests, 0)
}

export function secondsOf({ load }: Pick<CellData, 'load'>): number {
  return load.slices.reduce((sum, slice) => sum + slice.seconds, 0)
}
