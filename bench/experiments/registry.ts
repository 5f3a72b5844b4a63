// In this folder: what each experiment does, one file each; what it means is in `src/experiments/`.

import type { ExperimentRun } from '../trials/experiment.ts'
import { headers } from './headers.ts'
import { refreshRace } from './refresh-race.ts'
// In this folder: what each experiment does, one file each.
import { revocation } from './revocation.ts'

/** What each of `src/experiments/registry.ts` does. */
export const EXPERIMENT_RUNS: Readonly<Record<string, ExperimentRun<unknown>>> = {
  headers,
  'refresh-race': refreshRace,
  revocation,
}
