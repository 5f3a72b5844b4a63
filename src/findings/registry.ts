import type { Measured } from '../analysis/measured.ts'
import type { Cell } from '../results/cell.ts'
import type { Finding } from '../results/results.ts'
import { lostCells, repeatedCells } from './cells.ts'
import { tooFewRounds, unevenRounds, wideNoise } from './evidence.ts'
import type { Finder } from './finding.ts'
import { fellBehind, notConverged } from './load.ts'
import {
  clientLimited,
  drifting,
  noisyMachine,
  notSaturated,
  sharedCore,
  throttled,
  unpinned,
} from './machine.ts'

/** In the order of reports: what voids most comes first. */
const FINDERS: readonly Finder[] = [
  lostCells,
  repeatedCells,
  tooFewRounds,
  noisyMachine,
  throttled,
  wideNoise,
  unevenRounds,
  clientLimited,
  fellBehind,
  unpinned,
  sharedCore,
  notSaturated,
  notConverged,
  drifting,
]

export const findingsOf = (results: Measured, cells: readonly Cell[]): Finding[] =>
  FINDERS.flatMap((find) => find(results, cells))
