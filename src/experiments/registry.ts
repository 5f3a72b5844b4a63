import type { Experiment } from './experiment.ts'
import { headers } from './headers.ts'

/** Every experiment there is, in the order of reports; what they do is in `bench/experiments/`. */
const ENTRIES: Readonly<Record<string, Omit<Experiment, 'id'>>> = {
  headers,
}

export const EXPERIMENTS: readonly Experiment[] = Object.entries(ENTRIES).map(([id, entry]) => ({
  id,
  ...entry,
}))
