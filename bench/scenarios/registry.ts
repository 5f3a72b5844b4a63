import type { Scenario } from '../scenario.ts'
import { curve } from './curve.ts'
import { isoLoad } from './iso-load.ts'
import { slo } from './slo.ts'
import { verify } from './verify.ts'

/** Every scenario there is, in the order of reports. */
const ENTRIES: Readonly<Record<string, Omit<Scenario, 'id'>>> = {
  verify,
  'iso-load': isoLoad,
  slo,
  curve,
}

export const SCENARIOS: readonly Scenario[] = Object.entries(ENTRIES).map(([id, entry]) => ({ id, ...entry }))
