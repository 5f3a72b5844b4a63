import { cpuOf } from '../advice/facts/cpu.ts'
import { askedAgainSecondsOf } from '../advice/facts/facts.ts'
import type { Measured } from '../advice/facts/measured.ts'
import { readingPointOf, sameAs } from '../advice/facts/points.ts'
import type { Point } from '../analysis/subject.ts'
import type { Estimate, Results } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import type { CapacityInputs } from './inputs.ts'
import { isOutOfProportion, type Scaling, scalingOf } from './linearity.ts'

/** CPU time of one request or refresh. Null: it asks no such process, or that was not measured. */
export interface CpuUnit {
  readonly serverUs: Estimate | null
  readonly redisUs: Estimate | null
  readonly authUs: Estimate | null
}

/** What one request costs, as it was measured. Null: nothing of the kind, or not measured. */
export interface Unit extends CpuUnit {
  readonly requestBytes: Estimate | null
  readonly responseBytes: Estimate | null
  readonly redisBytes: Estimate | null
  readonly refresh: CpuUnit
  readonly bytesPerEntry: Estimate | null
}

/** What the load needs, with the intervals of what was measured. Null: none, or `missing` says what was not measured. */
export interface Demand {
  readonly serverCores: Estimate | null
  readonly redisCores: Estimate | null
  /** Of all regions. */
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
  /** What would add to the demand, and was not measured. */
  readonly missing: readonly string[]
  /** Whether cores of servers grow in proportion to requests, as far as it was measured. */
  readonly scaling: readonly Scaling[]
  /** Cores of servers where a request takes what it took with the most instances that were measured; null where none showed a difference. */
  readonly scaledCores: Estimate | null
}

const NO_CPU: CpuUnit = { serverUs: null, redisUs: null, authUs: null }

const map = (estimate: Estimate, change: (value: number) => number): Estimate => ({
  ...estimate,
  value: change(estimate.value),
  low: estimate.low === null ? null : change(estimate.low),
  high: estimate.high === null ? null : change(estimate.high),
})
const times = (estimate: Estimate | null, factor: number): Estimate | null =>
  estimate === null ? null : map(estimate, (value) => value * factor)

/** Ends are added to ends, so that the interval of the sum is too wide rather than too narrow. */
function sum(first: Estimate | null, second: Estimate | null): Estimate | null {
  if (first === null || second === null) return null
  const ends = (end: 'low' | 'high') =>
    first[end] === null || second[end] === null ? null : first[end] + second[end]
  return { ...first, value: first.value + second.value, low: ends('low'), high: ends('high') }
}

/** Both may be off at the same time. */
function product(estimate: Estimate, { percentOfOne: { value, low, high } }: Scaling): Estimate {
  const times = (end: number | null, percent: number | null) =>
    end === null || percent === null ? null : (end * percent) / 100
  return {
    ...estimate,
    value: (estimate.value * value) / 100,
    low: times(estimate.low, low),
    high: times(estimate.high, high),
  }
}

const estimateOf = (measured: Measured | undefined, rounds: number): Estimate | null =>
  measured === undefined ? null : { value: measured.value, low: measured.low, high: measured.high, rounds }

/** @param point null: not measured */
function cpuUnitOf(results: Results, info: StrategyInfo, point: Point | null): CpuUnit {
  const { parts } = cpuOf(results, info, point)
  const part = (name: (typeof parts)[number]['name']) =>
    estimateOf(parts.find((each) => each.name === name)?.measured, results.config.rounds)
  return { serverUs: part('server'), redisUs: part('Redis'), authUs: part('auth server') }
}

const refreshPointOf = ({ summary }: Results): Point | null =>
  summary.find(({ scenario }) => scenario === 'refresh') ?? null

function unitOf(results: Results, info: StrategyInfo, users: number | null): Unit {
  const point = readingPointOf(results)
  const own = results.summary.filter(({ strategy }) => strategy === info.id)
  const at = (metric: string): Estimate | null =>
    own.find((each) => each.metric === metric && point !== null && sameAs(point)(each))?.estimate ?? null
  // An entry of a table that is nearly empty weighs more than one of many.
  const [nearest] = own
    .flatMap(({ metric, params, estimate }) =>
      metric === 'store.bytes_per_entry' && typeof params.entries === 'number'
        ? [{ apart: Math.abs(Math.log(params.entries / (users ?? params.entries))), estimate }]
        : [],
    )
    .toSorted((a, b) => a.apart - b.apart)
  return {
    ...cpuUnitOf(results, info, point),
    requestBytes: at('bytes.request_head'),
    responseBytes: at('bytes.response_head'),
    redisBytes: info.needs.includes('redis') ? at('redis.bytes') : null,
    refresh: info.refreshes ? cpuUnitOf(results, info, refreshPointOf(results)) : NO_CPU,
    bytesPerEntry: nearest?.estimate ?? null,
  }
}

/** One entry for each user; lists of what was revoked grow with revocations, which nobody named. */
const keepsUsers = ({ entriesFor, state, fixedStore }: StrategyInfo): boolean =>
  fixedStore !== true && (entriesFor ?? (state === 'stateful' ? 'everyone' : null)) === 'everyone'

function missingOf(
  results: Results,
  info: StrategyInfo,
  unit: Unit,
  { users, ttlSeconds }: CapacityInputs,
): readonly string[] {
  const counts = info.refreshes && users !== null && ttlSeconds !== null
  const refresh = counts ? cpuOf(results, info, refreshPointOf(results)).missing : []
  return [
    ...cpuOf(results, info, readingPointOf(results)).missing,
    ...(refresh.length === 0 ? [] : [`${refresh.join(', ')} of a refresh (scenario refresh)`]),
    ...(unit.requestBytes === null || unit.responseBytes === null ? ['bytes of heads'] : []),
    ...(info.needs.includes('redis') && unit.redisBytes === null ? ['bytes to Redis'] : []),
    ...(keepsUsers(info) && users !== null && unit.bytesPerEntry === null
      ? ['bytes of an entry (scenario store-size)']
      : []),
    ...(askedAgainSecondsOf(info) === null
      ? []
      : ['what it asks again when it does not remember a user: a run measures it with warm caches']),
  ]
}

/**
 * What a load needs with each strategy of the run.
 *
 * Cores: requests per second × CPU time of one, over the planned use of a core. That this grows in proportion beyond one server is
 * assumed, unless the run measured it. Every user refreshes once in the life of a token, which is the most that users who are always there can cause. Redis runs
 * commands in one thread, so that a shard is full at the planned use of one core; every region has the whole store.
 */
export function capacityOf(results: Results, inputs: CapacityInputs): readonly Need[] {
  const { requestsPerSecond: rate, users, ttlSeconds, regions, utilisation } = inputs
  const refreshes = users === null || ttlSeconds === null ? 0 : users / ttlSeconds
  const mbit = (bytes: Estimate | null) => times(bytes, (rate * 8) / 1e6)
  return results.strategies.map((info) => {
    const unit = unitOf(results, info, users)
    const cores = (process: keyof CpuUnit): Estimate | null => {
      const [reads, renewals] = [unit[process], unit.refresh[process]].map((us, index) =>
        times(us, (index === 0 ? rate : refreshes) / 1e6 / utilisation),
      )
      return renewals === null || renewals === undefined ? (reads ?? null) : sum(reads ?? null, renewals)
    }
    const [serverCores, redisCores] = [cores('serverUs'), cores('redisUs')]
    const scaling = scalingOf(results, info.id)
    const most = scaling.at(-1)
    const differs = most !== undefined && isOutOfProportion(most)
    return {
      id: info.id,
      title: info.title,
      state: info.state,
      unit,
      missing: missingOf(results, info, unit, inputs),
      scaling,
      scaledCores: differs && serverCores !== null ? product(serverCores, most) : null,
      demand: {
        serverCores,
        redisCores,
        redisShards:
          redisCores === null
            ? null
            : map(redisCores, (value) => regions * Math.max(1, Math.ceil(value / regions))),
        authCores: cores('authUs'),
        headsMbit: mbit(sum(unit.requestBytes, unit.responseBytes)),
        redisMbit: mbit(unit.redisBytes),
        storeBytes: users === null || !keepsUsers(info) ? null : times(unit.bytesPerEntry, users * regions),
      },
    }
  })
}
