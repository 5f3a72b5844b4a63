import type { Measured } from '../analysis/measured.ts'
import type { Finding } from '../results.ts'
import { lostCells, tooFewRounds, wideNoise } from './evidence.ts'
import type { Finder } from './finding.ts'
import { clientLimited, drifting, noisyMachine, notSaturated, sharedCore, unpinned } from './machine.ts'

/** In the order of reports: what voids most comes first. */
const FINDERS: readonly Finder[] = [
  lostCells,
  tooFewRounds,
  noisyMachine,
  wideNoise,
  clientLimited,
  unpinned,
  sharedCore,
  notSaturated,
  drifting,
]

export const findingsOf = (results: Measured): Finding[] => FINDERS.flatMap((find) => find(results))
