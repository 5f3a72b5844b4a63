import type { Cell } from '../results/cell.ts'
import type { Finding, MeasuredResults } from '../results/results.ts'
import type { Finder } from './finding.ts'
import { fellBehind, notConverged } from './load.ts'
import { lostCells, repeatedCells } from './lost-cells.ts'
import {
  clientLimited,
  drifting,
  noisyMachine,
  notSaturated,
  sharedCore,
  throttled,
  unpinned,
} from './machine.ts'
import { tooFewRounds, unevenRounds, wideNoise } from './too-little-evidence.ts'

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

export const findingsOf = (results: MeasuredResults, cells: readonly Cell[]): Finding[] =>
  FINDERS.flatMap((find) => find(results, cells))
