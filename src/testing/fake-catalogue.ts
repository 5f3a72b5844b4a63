import type { StrategyInfo } from '../results/strategy-info.ts'

/** Typical values of one strategy; what a 2-core virtual machine measured or would, rounded. */
export interface Typical {
  readonly info: StrategyInfo
  readonly serverUs: number
  readonly redisUs: number
  readonly throughput: number
  readonly p50Us: number
  readonly credentialBytes: number
  readonly redisCommands: number
  readonly revokedStatus: number
}

/** What a strategy of this make usually declares. */
export const madeUp = (
  state: StrategyInfo['state'],
  needs: StrategyInfo['needs'],
): Pick<StrategyInfo, 'family' | 'stores' | 'roundTrips' | 'cache' | 'refreshes' | 'exceptions'> => ({
  family: (
    {
      none: 'baseline',
      stateless: 'token',
      stateful: 'session',
      hybrid: 'revocable token',
      unknown: 'target',
    } as const
  )[state],
  stores: needs.length > 0 ? 'one entry per session' : null,
  roundTrips: needs.includes('redis') ? 1 : 0,
  cache: null,
  refreshes: false,
  exceptions:
    state === 'stateless' ? { S05: { reason: 'accepted until it expires', cases: ['logout'] } } : {},
})

type Numbers = Pick<Typical, 'serverUs' | 'credentialBytes'> & Partial<Typical>

const NOTHING_KEPT: StrategyInfo['needs'] = []
const SIGNED = 'a signature, which every server checks by itself'

function typical(
  id: string,
  title: string,
  state: StrategyInfo['state'],
  needs: StrategyInfo['needs'],
  numbers: Numbers,
  more: Partial<StrategyInfo> = {},
): Typical {
  const revocation = more.revocation ?? {
    effect: (
      {
        none: 'never',
        stateless: 'at-expiry',
        stateful: 'immediate',
        hybrid: 'immediate',
        unknown: 'unknown',
      } as const
    )[state],
  }
  const redis = needs.includes('redis')
  const throughput = numbers.throughput ?? Math.round(1e6 / (numbers.serverUs + 14))
  return {
    redisUs: redis ? 13.9 : 0,
    redisCommands: redis ? 1 : 0,
    revokedStatus: revocation.effect === 'immediate' ? 401 : 200,
    ...numbers,
    throughput,
    p50Us: numbers.p50Us ?? Math.round(57e6 / throughput),
    info: {
      id,
      title,
      summary: `${title}: ${state === 'stateless' ? SIGNED : 'made up for tests'}.`,
      state,
      needs,
      library: null,
      ...madeUp(state, needs),
      ...more,
      revocation,
    },
  }
}

const session = (
  id: string,
  title: string,
  needs: StrategyInfo['needs'],
  serverUs: number,
  more: Partial<StrategyInfo> = {},
  numbers: Partial<Typical> = {},
) => typical(id, title, 'stateful', needs, { serverUs, credentialBytes: 43, ...numbers }, more)

const token = (
  id: string,
  title: string,
  library: string,
  serverUs: number,
  credentialBytes: number,
  more: Partial<StrategyInfo> = {},
) => typical(id, title, 'stateless', NOTHING_KEPT, { serverUs, credentialBytes }, { library, ...more })

const revocable = (
  id: string,
  title: string,
  needs: StrategyInfo['needs'],
  serverUs: number,
  more: Partial<StrategyInfo> = {},
) =>
  typical(
    id,
    title,
    'hybrid',
    needs,
    { serverUs, credentialBytes: 476 },
    { library: 'fast-jwt', stores: 'one entry per revoked token', ...more },
  )

const JOSE = { library: 'jose' } as const
const within = (ms: number) => ({ revocation: { effect: 'within', ms } }) as const
const cached = { cache: { entries: 10_000, seconds: 5 } } as const

/** The usual eight. Their titles are those of real strategies; two of the JWTs differ widely, two others hardly at all. */
export const TYPICAL: readonly Typical[] = [
  typical('none', 'No authentication', 'none', NOTHING_KEPT, {
    serverUs: 58.2,
    throughput: 13_400,
    p50Us: 4_120,
    credentialBytes: 0,
  }),
  typical(
    'jwt-hs256',
    'JWT HS256 (jose)',
    'stateless',
    NOTHING_KEPT,
    { serverUs: 108.9, throughput: 8_150, p50Us: 7_010, credentialBytes: 476 },
    JOSE,
  ),
  typical(
    'jwt-rs256',
    'JWT RS256 (jose)',
    'stateless',
    NOTHING_KEPT,
    { serverUs: 153.4, throughput: 5_890, p50Us: 9_840, credentialBytes: 775 },
    JOSE,
  ),
  typical(
    'jwt-es256',
    'JWT ES256 (jose)',
    'stateless',
    NOTHING_KEPT,
    { serverUs: 201.7, throughput: 4_560, p50Us: 13_200, credentialBytes: 519 },
    JOSE,
  ),
  typical(
    'jwt-hs256-fast',
    'JWT HS256 (fast-jwt)',
    'stateless',
    NOTHING_KEPT,
    { serverUs: 68.6, throughput: 12_050, p50Us: 4_700, credentialBytes: 476 },
    { library: 'fast-jwt' },
  ),
  session(
    'session-redis',
    'Session in Redis',
    ['redis'],
    103.8,
    {},
    {
      redisUs: 14.2,
      throughput: 7_930,
      p50Us: 7_240,
    },
  ),
  session('session-memory', 'Session in memory', ['memory'], 63.9, {}, { throughput: 12_600, p50Us: 4_460 }),
  typical(
    'jwt-blacklist',
    'JWT HS256 + blacklist in Redis',
    'hybrid',
    ['redis'],
    { serverUs: 157.3, redisUs: 13.6, throughput: 5_480, p50Us: 10_600, credentialBytes: 476 },
    JOSE,
  ),
]

/** Those that a run of everything has besides, and one with a name that fits nowhere. */
export const CATALOGUE: readonly Typical[] = [
  ...TYPICAL,
  session('session-redis-sliding', 'Session in Redis, sliding', ['redis'], 106.1),
  session('session-fastify', 'Session with @fastify/session', ['redis'], 131.4, {
    library: '@fastify/session',
    roundTrips: 2,
  }),
  session('session-near-cache', 'Session in Redis + near cache', ['redis'], 67.2, {
    ...within(5_000),
    ...cached,
    roundTrips: 0,
    exceptions: { S05: { reason: 'a server may answer from its cache for 5 s', cases: ['logout'] } },
  }),
  session('session-tracked', 'Session in Redis + tracked cache', ['redis'], 68, {
    ...within(1_000),
    ...cached,
    roundTrips: 0,
  }),
  session('session-sqlite', 'Session in SQLite', ['sqlite'], 77.7),
  session('session-cookie-cache', 'Session + signed cookie cache', ['redis'], 71.3, {
    ...within(60_000),
    roundTrips: 0,
    exceptions: {
      S05: { reason: 'the cookie is good for its 60 s whatever the store says', cases: ['logout'] },
    },
  }),
  token('jwt-ps256', 'JWT PS256 (jose)', 'jose', 158.8, 775),
  token('jwt-eddsa', 'JWT EdDSA (jose)', 'jose', 182.3, 519),
  token('jwt-rs256-fast', 'JWT RS256 (fast-jwt)', 'fast-jwt', 96.2, 775),
  token('jwt-ps256-fast', 'JWT PS256 (fast-jwt)', 'fast-jwt', 99.1, 775),
  token('jwt-es256-fast', 'JWT ES256 (fast-jwt)', 'fast-jwt', 151.5, 519),
  token('jwt-eddsa-fast', 'JWT EdDSA (fast-jwt)', 'fast-jwt', 136, 519),
  token('jwt-hs256-cached', 'JWT HS256 + verify cache', 'fast-jwt', 64.9, 476, cached),
  token('jwt-es256-cached', 'JWT ES256 + verify cache', 'fast-jwt', 65.3, 519, cached),
  token('jwe', 'JWE A256GCM (jose)', 'jose', 121.8, 561),
  token('cookie-sealed', 'Sealed cookie (iron)', 'iron-session', 233, 382),
  token('paseto-v4', 'PASETO v4.public', 'paseto', 189.9, 410),
  revocable('jwt-blacklist-local', 'JWT + blacklist in each server', ['redis', 'memory'], 70.4, {
    ...within(1_000),
    roundTrips: 0,
    exceptions: { S05: { reason: 'other servers learn of a logout up to 1 s later', cases: ['logout'] } },
  }),
  revocable('jwt-blacklist-bloom', 'JWT + blacklist behind a Bloom filter', ['redis'], 71.8, {
    roundTrips: 0,
  }),
  revocable('jwt-whitelist', 'JWT + whitelist in Redis', ['redis'], 112.2),
  revocable('jwt-not-before', 'JWT + not-before per subject', ['redis'], 110.9, {
    exceptions: { S09: { reason: 'one logout ends every session of the subject', cases: ['logout'] } },
  }),
  revocable('jwt-status-list', 'JWT + token status list', ['memory'], 72.6, {
    ...within(300_000),
    exceptions: { S05: { reason: 'the list is fetched again every 300 s', cases: ['logout'] } },
  }),
  token('jwt-refresh', 'Short JWT + rotating refresh token', 'fast-jwt', 68.9, 476, {
    family: 'token and auth server',
    needs: ['redis'],
    refreshes: true,
    exceptions: { S05: { reason: 'the access token lives on for its 5 min', cases: ['logout'] } },
  }),
  typical(
    'introspection',
    'Introspection, every request',
    'stateful',
    ['auth-server'],
    { serverUs: 214.4, credentialBytes: 43 },
    { family: 'token and auth server', roundTrips: 1 },
  ),
  typical(
    'introspection-cached',
    'Introspection + cache',
    'stateful',
    ['auth-server'],
    { serverUs: 66.8, credentialBytes: 43 },
    {
      family: 'token and auth server',
      ...within(5_000),
      ...cached,
      exceptions: { S05: { reason: 'a server may answer from its cache for 5 s', cases: ['logout'] } },
    },
  ),
  token('jwt-jwks', 'JWT ES256, keys from a JWKS', 'jose', 203.1, 519, {
    family: 'token and auth server',
    needs: ['auth-server'],
  }),
  typical(
    'target',
    'Own endpoint whose name is far longer than any column or chart has room for',
    'unknown',
    NOTHING_KEPT,
    { serverUs: 88.8, credentialBytes: 476 },
  ),
]
