import type { ExperimentRun } from '../trials/experiment.ts'
import { headers } from './headers.ts'

/** What each of `src/experiments/registry.ts` does. */
export const EXPERIMENT_RUNS: Readonly<Record<string, ExperimentRun<unknown>>> = {
  headers,
}
