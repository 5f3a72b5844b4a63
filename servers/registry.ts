import type { AuthStrategy } from './contract.ts'
import { cookieSealed } from './strategies/cookie-sealed.ts'
import { introspection } from './strategies/introspection.ts'
import { jwe } from './strategies/jwe.ts'
import { jwtBlacklist } from './strategies/jwt-blacklist.ts'
import { jwtBlacklistBloom } from './strategies/jwt-blacklist-bloom.ts'
import { jwtBlacklistLocal } from './strategies/jwt-blacklist-local.ts'
import { jwtCached } from './strategies/jwt-cached.ts'
import { jwtDpop } from './strategies/jwt-dpop.ts'
import { jwtFast } from './strategies/jwt-fast.ts'
import { jwtJose } from './strategies/jwt-jose.ts'
import { jwtJwks } from './strategies/jwt-jwks.ts'
import { jwtNotBefore } from './strategies/jwt-not-before.ts'
import { jwtRefresh } from './strategies/jwt-refresh.ts'
import { jwtRefreshIdempotent } from './strategies/jwt-refresh-idempotent.ts'
import { jwtStatusList } from './strategies/jwt-status-list.ts'
import { jwtWhitelist } from './strategies/jwt-whitelist.ts'
import { none } from './strategies/none.ts'
import { pasetoV4 } from './strategies/paseto-v4.ts'
import { session } from './strategies/session.ts'
import { sessionCookieCache } from './strategies/session-cookie-cache.ts'
import { sessionFastify } from './strategies/session-fastify.ts'
import { sessionNearCache } from './strategies/session-near-cache.ts'
import { sessionRedisSliding } from './strategies/session-redis-sliding.ts'
import { sessionSqlite } from './strategies/session-sqlite.ts'
import { sessionTracked } from './strategies/session-tracked.ts'

/** Every strategy there is, in the order of reports. The baseline comes first. */
export const STRATEGIES = table({
  none,
  'jwt-hs256': jwtJose('HS256'),
  'jwt-rs256': jwtJose('RS256'),
  'jwt-ps256': jwtJose('PS256'),
  'jwt-es256': jwtJose('ES256'),
  'jwt-eddsa': jwtJose('EdDSA'),
  'jwt-hs256-fast': jwtFast('HS256'),
  'jwt-rs256-fast': jwtFast('RS256'),
  'jwt-ps256-fast': jwtFast('PS256'),
  'jwt-es256-fast': jwtFast('ES256'),
  'jwt-eddsa-fast': jwtFast('EdDSA'),
  'jwt-hs256-cached': jwtCached('HS256'),
  'jwt-rs256-cached': jwtCached('RS256'),
  'jwt-es256-cached': jwtCached('ES256'),
  'jwt-dpop': jwtDpop,
  jwe,
  'paseto-v4': pasetoV4,
  'cookie-sealed': cookieSealed,
  'session-redis': session('redis'),
  'session-redis-sliding': sessionRedisSliding,
  'session-fastify': sessionFastify,
  'session-near-cache': sessionNearCache,
  'session-tracked': sessionTracked(),
  'session-cookie-cache': sessionCookieCache,
  'session-sqlite': sessionSqlite,
  'session-memory': session('memory'),
  'jwt-blacklist': jwtBlacklist,
  'jwt-blacklist-local': jwtBlacklistLocal,
  'jwt-blacklist-bloom': jwtBlacklistBloom,
  'jwt-whitelist': jwtWhitelist,
  'jwt-not-before': jwtNotBefore,
  'jwt-status-list': jwtStatusList,
  'jwt-refresh': jwtRefresh({ leewaySeconds: 0 }),
  'jwt-refresh-leeway': jwtRefresh({ leewaySeconds: 10 }),
  'jwt-refresh-idempotent': jwtRefreshIdempotent,
  'jwt-jwks': jwtJwks,
  introspection: introspection('direct'),
  'introspection-cached': introspection('cached'),
})

/** Run when none are named: the ones that the article compares, each in the form that most systems run and in its fastest. */
export const usualStrategies: readonly StrategyId[] = [
  'none',
  'jwt-hs256',
  'jwt-rs256',
  'jwt-es256',
  'jwt-hs256-fast',
  'session-redis',
  'session-memory',
  'jwt-blacklist',
]

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
