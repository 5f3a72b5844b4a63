// In this folder: one file for each metric, which says how it is read from a cell and what it means.

import type { CompletedCell } from '../results/cell.ts'
import type { MetricInfo } from '../results/results.ts'

export interface Range {
  readonly least: number
  readonly most: number
}

export interface Metric extends MetricInfo {
  /**
   * Requests that the median round must hold before the metric is reported: a percentile of a round with hardly a request
   * beyond it is mostly luck.
   */
  readonly minimumRequests: number
  /** True: what keeps the machine busy beside the servers hardly moves it, though it is no count. */
  readonly steady?: true
  /** False: what was asked of the servers, not what they did. */
  readonly compared?: false
  /** In `unit`; null where the cell cannot tell. */
  read(cell: CompletedCell): number | null
  /** Of what is counted for each request, where that is not the same for all; null where it is. */
  range?(cell: CompletedCell): Range | null
}

export type CellData = Pick<
  CompletedCell,
  'load' | 'store' | 'probe' | 'warmup' | 'search' | 'cache' | 'fill'
>

/** Responses with the expected status inside the windows. */
export function requestsOf({ load }: Pick<CellData, 'load'>): number {
  return load.slices.reduce((sum, slice) => sum + slice.requests, 0)
}

/** What is told from the windows alone. */
export interface Windows {
  readonly load: Pick<CellData['load'], 'slices'>
}

export function secondsOf({ load }: Windows): number {
  return load.slices.reduce((sum, slice) => sum + slice.seconds, 0)
}
