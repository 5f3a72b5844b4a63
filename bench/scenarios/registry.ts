import type { Scenario } from '../scenario.ts'
import { verify } from './verify.ts'

/** Every scenario there is, in the order of reports. */
const ENTRIES: Readonly<Record<string, Omit<Scenario, 'id'>>> = {
  verify,
}

export const SCENARIOS: readonly Scenario[] = Object.entries(ENTRIES).map(([id, entry]) => ({ id, ...entry }))
