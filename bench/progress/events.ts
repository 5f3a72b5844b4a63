import type { Cell } from '../../src/results/cell.ts'

/** What the runner says while it works; only the outermost layer writes. */
export type RunEvent =
  | { readonly type: 'phase'; readonly round: number; readonly phase: string }
  | { readonly type: 'slice'; readonly round: number; readonly pass: number; readonly strategy: string }
  | { readonly type: 'cell'; readonly cell: Cell }

export type RunListener = (event: RunEvent) => void
