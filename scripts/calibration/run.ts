import type { Cell } from '../../src/results/cell.ts'
import type { Results } from '../../src/results/results.ts'

export interface CalibrationRun {
  /** What was done to the head, in the words of whoever did it. */
  readonly kind: string
  readonly results: Results
  readonly cells: readonly Cell[]
}

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

export const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`

/** The value that a share of the values does not exceed; the values in any order. */
export function quantile(values: readonly number[], share: number): number {
  const ordered = values.toSorted((a, b) => a - b)
  return ordered[Math.min(ordered.length - 1, Math.floor(share * ordered.length))] ?? Number.NaN
}
