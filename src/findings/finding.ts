// In this folder: sentences about a run that a careful reader would write, one function each.

import type { Cell } from '../results/cell.ts'
import type { Finding, MeasuredResults } from '../results/results.ts'

/**
 * What a careful person would notice about a run, and what this user can do about it.
 * @param cells every attempt of the run's strategies
 */
export type Finder = (results: MeasuredResults, cells: readonly Cell[]) => readonly Finding[]

export const warning = (kind: string, sentence: string, advice: string | null): Finding => ({
  kind,
  severity: 'warning',
  sentence,
  advice,
})

export const info = (kind: string, sentence: string, advice: string | null): Finding => ({
  kind,
  severity: 'info',
  sentence,
  advice,
})
