import { blacklistSize } from './blacklist-size.ts'
import { claimsSize } from './claims-size.ts'
import { curve } from './curve.ts'
import { flood } from './flood.ts'
import { handlerWork } from './handler-work.ts'
import { isoLoad } from './iso-load.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { mixed } from './mixed.ts'
import { population } from './population.ts'
import { refresh } from './refresh.ts'
import type { Scenario } from './scenario.ts'
import { slo } from './slo.ts'
import { storeDistance, storeDistancePaced } from './store-distance.ts'
import { storeSize } from './store-size.ts'
import { verify } from './verify.ts'

/** Every scenario there is, in the order of reports. */
const ENTRIES: Readonly<Record<string, Omit<Scenario, 'id'>>> = {
  verify,
  'iso-load': isoLoad,
  slo,
  curve,
  login,
  logout,
  refresh,
  mixed,
  flood,
  population,
  'store-size': storeSize,
  'store-distance': storeDistance,
  'store-distance-paced': storeDistancePaced,
  'handler-work': handlerWork,
  'claims-size': claimsSize,
  'blacklist-size': blacklistSize,
}

export const SCENARIOS: readonly Scenario[] = Object.entries(ENTRIES).map(([id, entry]) => ({ id, ...entry }))
