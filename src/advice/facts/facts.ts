// In this folder: what advice needs of a run, and whether the run can give any.

import type { Results } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { formatDuration, formatPercent } from '../../units.ts'
import { worldText } from '../../worlds/words.ts'
import { USUAL_WORLD } from '../../worlds/world.ts'
import { type CpuParts, cpuOf } from './cpu.ts'
import { differencesOf, type PairFacts } from './differences.ts'
import { type Measured, measured } from './measured.ts'
import { latencyPointOf, readingPointOf, sameAs } from './points.ts'

export interface StrategyFacts {
  readonly id: string
  readonly title: string
  /** One sentence. */
  readonly summary: string
  readonly revocation: StrategyInfo['revocation']
  /** It declares that a logout works at once, and accepted the credential afterwards. */
  readonly brokenPromise: boolean
  /** How far what it remembers reaches. */
  readonly reach: 'everywhere' | 'one process' | 'one machine' | 'unknown'
  readonly asksRedis: 'never' | 'for every request' | 'now and then' | 'unknown'
  readonly trips: number
  readonly refreshes: boolean
  /** What is known of a credential is asked for anew after so many seconds. Null: for every request, or never. */
  readonly askedAgainSeconds: number | null
  readonly cacheEntries: number | null
  /** Share of the measured requests that its cache did not answer. */
  readonly measuredMisses: number
  /** What the store keeps; null: nothing. `bytes` of one entry, by how many there were. */
  readonly keeps: {
    readonly what: string
    readonly entriesFor: StrategyInfo['entriesFor'] | null
    readonly fixed: boolean
    readonly bytes: readonly { readonly entries: number; readonly measured: Measured }[]
  } | null
  readonly cpu: CpuParts
  /** Of one refresh; null: not measured. */
  readonly refreshCpu: Measured | null
  readonly p50: Measured | null
  readonly head: Measured | null
  readonly credentialBytes: number | null
}

/** All that `advise` needs of a run: small, and the same in a page as on a terminal. */
export interface Facts {
  readonly run: string
  readonly transport: 'bearer' | 'cookie'
  readonly lifetimeMs: number
  /** To Redis and back, where `p50` was measured. */
  readonly redisRttMs: number
  /** Under which load `p50` was measured. */
  readonly latencyLoad: string
  readonly strategies: readonly StrategyFacts[]
  readonly differences: readonly PairFacts[]
  /** What holds whatever is wished. */
  readonly notes: readonly string[]
}

function reachOf({ family, needs }: StrategyInfo): StrategyFacts['reach'] {
  if (family === 'target') return 'unknown'
  if (needs.includes('memory')) return 'one process'
  return needs.includes('sqlite') ? 'one machine' : 'everywhere'
}

function redisUseOf({ family, needs, roundTrips }: StrategyInfo): StrategyFacts['asksRedis'] {
  if (family === 'target') return 'unknown'
  if (!needs.includes('redis')) return 'never'
  return roundTrips > 0 ? 'for every request' : 'now and then'
}

/** A bound that no feed or list keeps is kept by asking again that often. */
export function askedAgainSecondsOf({
  revocation,
  cache,
  background,
  fixedStore,
}: StrategyInfo): number | null {
  if (cache !== null) return cache.seconds
  return revocation.effect === 'within' && background !== true && fixedStore !== true
    ? revocation.ms / 1_000
    : null
}

function strategyFacts(results: Results, info: StrategyInfo): StrategyFacts {
  const reading = readingPointOf(results)
  const latency = latencyPointOf(results)
  const summaries = results.summary.filter(({ strategy }) => strategy === info.id)
  const at = (metric: string, point = reading) =>
    summaries.find((each) => each.metric === metric && point !== null && sameAs(point)(each))
  const taken = (metric: string, point = reading): Measured | null => {
    const found = at(metric, point)
    return found === undefined ? null : measured(found.estimate, found.unit)
  }
  const accepted = results.probes.some(
    ({ strategy, revokedStatus }) => strategy === info.id && revokedStatus !== null && revokedStatus < 400,
  )
  const hits = at('cache.hit_rate')?.estimate.value
  const refreshPoint = results.summary.find(({ scenario }) => scenario === 'refresh') ?? null
  const sizes = summaries.flatMap(({ metric, params, estimate, unit }) =>
    metric === 'store.bytes_per_entry' && typeof params.entries === 'number'
      ? [{ entries: params.entries, measured: measured(estimate, unit) }]
      : [],
  )
  return {
    id: info.id,
    title: info.title,
    summary: info.summary,
    revocation: info.revocation,
    brokenPromise: info.revocation.effect === 'immediate' && accepted,
    reach: reachOf(info),
    asksRedis: redisUseOf(info),
    trips: info.roundTrips,
    refreshes: info.refreshes,
    askedAgainSeconds: askedAgainSecondsOf(info),
    cacheEntries: info.cache?.entries ?? null,
    measuredMisses: hits === undefined ? 0 : 1 - hits / 100,
    keeps:
      info.stores === null
        ? null
        : {
            what: info.stores,
            entriesFor: info.entriesFor ?? (info.state === 'stateful' ? 'everyone' : null),
            fixed: info.fixedStore === true,
            bytes: sizes,
          },
    cpu: cpuOf(results, info, reading),
    refreshCpu: info.refreshes ? cpuOf(results, info, refreshPoint).total : null,
    p50: taken('latency.p50', latency),
    head: taken('bytes.request_head'),
    credentialBytes: at('bytes.credential')?.estimate.value ?? null,
  }
}

function latencyLoadOf(results: Results): string {
  const point = latencyPointOf(results)
  if (point === null) return 'not measured'
  if (typeof point.params.load === 'number')
    return `requests arriving at ${formatPercent(point.params.load).replace('.0 ', ' ')} of what the slowest strategy serves`
  return `${results.config.connections} requests in flight at all times`
}

function notesOf(results: Results, strategies: readonly StrategyFacts[]): readonly string[] {
  const { validity, config } = results
  const world = worldText(config.world ?? USUAL_WORLD)
  const some = (test: (facts: StrategyFacts) => boolean) => strategies.some(test)
  return [
    ...(validity.verdict === 'ok' ? [] : [`The run is ${validity.verdict}: ${validity.reasons[0] ?? ''}`]),
    ...(world === null ? [] : [`In this run ${world}: models add to that.`]),
    `p50 was measured with ${latencyLoadOf(results)}${(config.world?.storeRttMs ?? 0) > 0 ? '' : ', and Redis on the same machine'}.`,
    ...(some(({ keeps }) => keeps !== null && !keeps.fixed && keeps.bytes.length === 0)
      ? ['Store memory was not measured for all (scenario store-size): where it was not, it excludes nobody.']
      : []),
    ...(some(({ refreshes, refreshCpu }) => refreshes && refreshCpu === null)
      ? ['What a refresh costs was not measured (scenario refresh).']
      : []),
    ...(some(({ refreshes, revocation }) => !refreshes && revocation.effect === 'at-expiry')
      ? [`Tokens live ${formatDuration(config.ttlSeconds * 1_000)} in this run.`]
      : []),
  ]
}

/** @param results of a run that may name a winner: see `refusalOf` */
export function factsOf(results: Results): Facts {
  const infos = results.strategies.filter(({ state }) => state !== 'none')
  const reading = readingPointOf(results)
  const strategies = infos.map((info) => strategyFacts(results, info))
  return {
    run: results.run.id,
    transport: results.config.transport,
    lifetimeMs: results.config.ttlSeconds * 1_000,
    redisRttMs: (results.config.world ?? USUAL_WORLD).storeRttMs,
    latencyLoad: latencyLoadOf(results),
    strategies,
    differences: differencesOf(results, infos, { reading, latency: latencyPointOf(results) }),
    notes: notesOf(results, strategies),
  }
}
