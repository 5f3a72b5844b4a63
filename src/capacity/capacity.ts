import { cpuOf } from '../advice/facts/cpu.ts'
import type { Measured } from '../advice/facts/measured.ts'
import { readingPointOf, sameAs } from '../advice/facts/points.ts'
import type { Estimate, Results } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import type { CapacityInputs } from './inputs.ts'

/** What one request costs, as it was measured. Null: not measured. */
export interface Unit {
  readonly serverUs: Estimate | null
  readonly redisUs: Estimate | null
  readonly authUs: Estimate | null
  readonly requestBytes: Estimate | null
  readonly responseBytes: Estimate | null
  readonly redisBytes: Estimate | null
  /** Of one refresh, over all processes. */
  readonly refreshUs: Estimate | null
  readonly bytesPerEntry: Estimate | null
}

/** What the load needs, with the interval of what was measured. Null: it needs none, or `missing` says what was not measured. */
export interface Demand {
  readonly serverCores: Estimate | null
  readonly redisCores: Estimate | null
  /** One for each thread of commands that is full; of the whole fleet. */
  readonly redisShards: Estimate | null
  readonly authCores: Estimate | null
  /** Heads of requests and answers, in Mbit/s. */
  readonly headsMbit: Estimate | null
  readonly redisMbit: Estimate | null
  /** Of the stores of all regions. */
  readonly storeBytes: Estimate | null
}

export interface Need {
  readonly id: string
  readonly title: string
  readonly state: StrategyInfo['state']
  readonly unit: Unit
  readonly demand: Demand
  readonly missing: readonly string[]
}

const map = (estimate: Estimate, change: (value: number) => number): Estimate => ({
  ...estimate,
  value: change(estimate.value),
  low: estimate.low === null ? null : change(estimate.low),
  high: estimate.high === null ? null : change(estimate.high),
})
const times = (estimate: Estimate | null, factor: number): Estimate | null =>
  estimate === null ? null : map(estimate, (value) => value * factor)

/** Ends are added to ends, so that the interval of the sum is too wide rather than too narrow. */
function plus(first: Estimate | null, second: Estimate | null): Estimate | null {
  if (first === null || second === null) return first ?? second
  const ends = (end: 'low' | 'high') =>
    first[end] === null || second[end] === null ? null : first[end] + second[end]
  return { ...first, value: first.value + second.value, low: ends('low'), high: ends('high') }
}

const estimateOf = (measured: Measured | null | undefined, rounds: number): Estimate | null =>
  measured === null || measured === undefined
    ? null
    : { value: measured.value, low: measured.low, high: measured.high, rounds }

function unitOf(results: Results, info: StrategyInfo, users: number | null): Unit {
  const point = readingPointOf(results)
  const own = results.summary.filter(({ strategy }) => strategy === info.id)
  const at = (metric: string): Estimate | null =>
    own.find((each) => each.metric === metric && point !== null && sameAs(point)(each))?.estimate ?? null
  const { rounds } = results.config
  const { parts } = cpuOf(results, info, point)
  const part = (name: (typeof parts)[number]['name']) =>
    estimateOf(parts.find((each) => each.name === name)?.measured, rounds)
  const refresh = results.summary.find(({ scenario }) => scenario === 'refresh') ?? null
  // An entry of a table that is nearly empty weighs more than one of many.
  const [nearest] = own
    .flatMap(({ metric, params, estimate }) =>
      metric === 'store.bytes_per_entry' && typeof params.entries === 'number'
        ? [{ apart: Math.abs(Math.log(params.entries / (users ?? params.entries))), estimate }]
        : [],
    )
    .toSorted((a, b) => a.apart - b.apart)
  return {
    serverUs: part('server'),
    redisUs: part('Redis'),
    authUs: part('auth server'),
    requestBytes: at('bytes.request_head'),
    responseBytes: at('bytes.response_head'),
    redisBytes: info.needs.includes('redis') ? at('redis.bytes') : null,
    refreshUs: info.refreshes ? estimateOf(cpuOf(results, info, refresh).total, rounds) : null,
    bytesPerEntry: nearest?.estimate ?? null,
  }
}

/** One entry for each user; lists of what was revoked grow with revocations, which nobody named. */
const keepsUsers = ({ entriesFor, state, fixedStore }: StrategyInfo): boolean =>
  fixedStore !== true && (entriesFor ?? (state === 'stateful' ? 'everyone' : null)) === 'everyone'

function missingOf(info: StrategyInfo, unit: Unit, { users, ttlSeconds }: CapacityInputs): readonly string[] {
  return [
    ...(unit.serverUs === null ? ['server CPU'] : []),
    ...(info.needs.includes('redis') && unit.redisUs === null ? ['Redis CPU'] : []),
    ...(info.needs.includes('auth-server') && unit.authUs === null ? ['CPU of the auth server'] : []),
    ...(info.refreshes && users !== null && ttlSeconds !== null && unit.refreshUs === null
      ? ['what a refresh costs (scenario refresh)']
      : []),
    ...(keepsUsers(info) && users !== null && unit.bytesPerEntry === null
      ? ['bytes of an entry (scenario store-size)']
      : []),
  ]
}

/**
 * What a load needs with each strategy of the run.
 *
 * Cores: requests per second × CPU time of one, divided by the planned utilisation. That this grows in proportion beyond one server is
 * assumed. Every user refreshes once in the life of a token, which is the most that users who are always there can cause. Redis runs
 * commands in one thread, so that a shard is full at one core; every region has the whole store.
 */
export function capacityOf(results: Results, inputs: CapacityInputs): readonly Need[] {
  const { requestsPerSecond: rate, users, ttlSeconds, regions, utilisation } = inputs
  const cores = (us: Estimate | null) => times(us, rate / 1e6 / utilisation)
  const mbit = (bytes: Estimate | null) => times(bytes, (rate * 8) / 1e6)
  const refreshes = users === null || ttlSeconds === null ? 0 : users / ttlSeconds
  return results.strategies.map((info) => {
    const unit = unitOf(results, info, users)
    const redisCores = cores(unit.redisUs)
    return {
      id: info.id,
      title: info.title,
      state: info.state,
      unit,
      missing: missingOf(info, unit, inputs),
      demand: {
        serverCores: plus(cores(unit.serverUs), times(unit.refreshUs, refreshes / 1e6 / utilisation)),
        redisCores,
        redisShards:
          redisCores === null
            ? null
            : map(redisCores, (value) => regions * Math.max(1, Math.ceil(value / regions))),
        authCores: cores(unit.authUs),
        headsMbit: mbit(plus(unit.requestBytes, unit.responseBytes)),
        redisMbit: mbit(unit.redisBytes),
        storeBytes: users === null || !keepsUsers(info) ? null : times(unit.bytesPerEntry, users * regions),
      },
    }
  })
}
