// In this folder: what each experiment does, one file each; what it means is in `src/experiments/`.

import type { ExperimentRun } from '../trials/experiment.ts'
import { anotherServer } from './another-server.ts'
import { csrf } from './csrf.ts'
import { forgery } from './forgery.ts'
import { headers } from './headers.ts'
import { leak } from './leak.ts'
import { links } from './links.ts'
import { outage } from './outage.ts'
import { refreshRace } from './refresh-race.ts'
import { revocation } from './revocation.ts'
import { scaleOut } from './scale-out.ts'
import { split } from './split.ts'
import { ttl } from './ttl.ts'

/** What each of `src/experiments/registry.ts` does. */
export const EXPERIMENT_RUNS: Readonly<Record<string, ExperimentRun<unknown>>> = {
  headers,
  links,
  'refresh-race': refreshRace,
  revocation,
  ttl,
  outage,
  split,
  'scale-out': scaleOut,
  csrf,
  forgery,
  leak,
  'another-server': anotherServer,
}
