import { anotherServer } from './another-server.ts'
import { csrf } from './csrf.ts'
import type { Experiment } from './experiment.ts'
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

/** Every experiment there is, in the order of reports; what they do is in `bench/experiments/`. */
const ENTRIES: Readonly<Record<string, Omit<Experiment, 'id'>>> = {
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

export const EXPERIMENTS: readonly Experiment[] = Object.entries(ENTRIES).map(([id, entry]) => ({
  id,
  ...entry,
}))
