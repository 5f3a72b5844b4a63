import type { AuthStrategy } from './contract.ts'
import { jwtBlacklist } from './strategies/jwt-blacklist.ts'
import { jwtFast } from './strategies/jwt-fast.ts'
import { jwtJose } from './strategies/jwt-jose.ts'
import { none } from './strategies/none.ts'
import { session } from './strategies/session.ts'

/** Every strategy there is, in the order of reports. The baseline comes first. */
export const STRATEGIES = table({
  none,
  'jwt-hs256': jwtJose('HS256'),
  'jwt-rs256': jwtJose('RS256'),
  'jwt-es256': jwtJose('ES256'),
  'jwt-hs256-fast': jwtFast,
  'session-redis': session('redis'),
  'session-memory': session('memory'),
  'jwt-blacklist': jwtBlacklist,
})

export type StrategyId = keyof typeof STRATEGIES

export const strategyIds = Object.keys(STRATEGIES) as StrategyId[]

export function isStrategyId(id: string): id is StrategyId {
  return Object.hasOwn(STRATEGIES, id)
}

/** Stamps each entry with its key, so that an id is written once. */
function table<Id extends string>(
  entries: Readonly<Record<Id, Omit<AuthStrategy, 'id'>>>,
): Readonly<Record<Id, AuthStrategy>> {
  const stamped = Object.entries<Omit<AuthStrategy, 'id'>>(entries).map(([id, entry]) => [
    id,
    { id, ...entry },
  ])
  return Object.fromEntries(stamped)
}
