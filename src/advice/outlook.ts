import type { Facts, StrategyFacts } from './facts/facts.ts'
import type { Wishes } from './wishes.ts'

/**
 * What a model makes of the measured numbers for the wishes. Null: not known.
 * Only what was measured has intervals; the model adds to it and has none of its own.
 */
export interface Outlook {
  /** How long a credential lives: tokens that are refreshed are made to live no longer than the deadline. */
  readonly lifetimeMs: number
  /** Share of the requests that need a refresh first. */
  readonly refreshShare: number | null
  /** Share of the requests for which what is known of the credential is asked for anew. */
  readonly askedAgainShare: number | null
  /** Refreshes of a request, in microseconds. */
  readonly addedCpuUs: number
  readonly cpuUs: number | null
  /** False: `cpuUs` lacks something that is not known, and the real one may be higher. */
  readonly cpuIsWhole: boolean
  readonly addedMs: number
  readonly p50Ms: number | null
  readonly p50IsWhole: boolean
  readonly addedBytes: number
  readonly headBytes: number | null
  readonly credentialBytes: number | null
  /** Of one entry in the store, at the number of entries that is nearest to the users. */
  readonly entryBytes: StrategyEntry | null
  readonly requestsPerSecond: number | null
}
type StrategyEntry = NonNullable<StrategyFacts['keeps']>['bytes'][number]

/** Runs inside of a report's page as well: it may refer to its arguments only. */
export function outlookOf(strategy: StrategyFacts, wishes: Wishes, facts: Facts): Outlook {
  // A name such as "orders:read", two quotes and a comma, in base64.
  const BYTES_OF_A_ROLE = ((11 + 3) * 4) / 3
  // Shorter ones are random ids: no claim fits into them.
  const SHORTEST_WITH_CLAIMS = 128
  const NAMES = { bearer: 'authorization: Bearer '.length, cookie: 'cookie: __Host-session='.length }
  // What a warm cache misses anyway.
  const HARDLY_ANY = 0.02

  const { revokeWithinMs, requestsPerUser, users } = wishes
  // A request of a user whose last look was longer ago than that, requests coming at random: 1 / (1 + rate x age).
  const shareOlderThan = (seconds: number) =>
    requestsPerUser === null ? null : 1 / (1 + requestsPerUser * seconds)

  // `exp` counts whole seconds.
  const deadlineMs = revokeWithinMs === null ? null : Math.floor(revokeWithinMs / 1_000) * 1_000
  const lifetimeMs =
    strategy.refreshes && deadlineMs !== null && deadlineMs > 0
      ? Math.min(facts.lifetimeMs, deadlineMs)
      : facts.lifetimeMs
  const refreshShare = strategy.refreshes ? shareOlderThan(lifetimeMs / 1_000) : 0
  const knowsRefresh = refreshShare === 0 || (refreshShare !== null && strategy.refreshCpu !== null)
  const addedCpuUs = (refreshShare ?? 0) * (strategy.refreshCpu?.value ?? 0)

  const { askedAgainSeconds, cacheEntries } = strategy
  const tooMany = cacheEntries === null || users === null ? 0 : Math.max(0, 1 - cacheEntries / users)
  const tooOld = askedAgainSeconds === null ? 0 : shareOlderThan(askedAgainSeconds)
  const askedAgainShare = tooOld === null ? null : Math.max(tooOld, tooMany)
  const isMeasured = askedAgainShare !== null && askedAgainShare <= strategy.measuredMisses + HARDLY_ANY

  const total = strategy.cpu.total?.value ?? null
  const addedMs = strategy.trips * (wishes.redisRttMs - facts.redisRttMs)
  const p50Ms = strategy.p50 === null ? null : strategy.p50.value / 1_000 + addedMs + (wishes.handlerMs ?? 0)

  const { credentialBytes } = strategy
  const carriesClaims = credentialBytes !== null && credentialBytes >= SHORTEST_WITH_CLAIMS
  const roleBytes = carriesClaims ? Math.round(wishes.roles * BYTES_OF_A_ROLE) : 0
  const nameBytes = NAMES[wishes.transport ?? facts.transport] - NAMES[facts.transport]

  const sizes = strategy.keeps?.bytes ?? []
  const distance = (entries: number) => Math.abs(Math.log(entries / (users ?? entries)))
  const entryBytes = sizes.reduce<StrategyEntry | null>(
    (nearest, size) =>
      nearest === null || distance(size.entries) < distance(nearest.entries) ? size : nearest,
    null,
  )
  return {
    lifetimeMs,
    refreshShare,
    askedAgainShare,
    addedCpuUs,
    cpuUs: total === null ? null : total + addedCpuUs,
    cpuIsWhole: strategy.cpu.missing.length === 0 && knowsRefresh && isMeasured,
    addedMs,
    p50Ms,
    // The median request is one that neither asks again nor waits for a refresh as long as most are.
    p50IsWhole:
      (isMeasured || (askedAgainShare !== null && askedAgainShare < 0.5)) &&
      refreshShare !== null &&
      refreshShare < 0.5,
    addedBytes: roleBytes + nameBytes,
    headBytes: strategy.head === null ? null : strategy.head.value + roleBytes + nameBytes,
    credentialBytes: credentialBytes === null ? null : credentialBytes + roleBytes,
    entryBytes,
    requestsPerSecond: users === null || requestsPerUser === null ? null : users * requestsPerUser,
  }
}
