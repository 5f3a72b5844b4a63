import type { Estimate } from '../results/estimate.ts'
import type { Micro } from '../results/micro.ts'
import type { Results } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { medianEstimate } from '../stats/order-statistic.ts'
import { hodgesLehmann } from '../stats/signed-rank.ts'
import { keyOf, type Point, type RoundValue } from './subject.ts'

/**
 * - `http`: what the server without authentication costs
 * - `verify`: the strategy's own code, or of a session at least the hash of its id, from `authbench micro`
 * - `client`: the client of Redis, from `authbench micro`
 * - `redis`, `auth`: those processes, from the run
 * - `rest`: what the others do not explain; below zero where they explain too much
 */
export interface CostPart {
  readonly id: 'http' | 'verify' | 'client' | 'redis' | 'auth' | 'rest'
  readonly estimate: Estimate
}

/** Of one request, in microseconds of CPU. */
export interface CostStack {
  readonly strategy: StrategyInfo
  /** Server, Redis and auth server. */
  readonly total: Estimate
  /** Their values add up to that of the total; `rest` is the last. */
  readonly parts: readonly CostPart[]
}

const SERVER = 'cpu.server'
const OTHER_PROCESSES = [
  { id: 'redis', metric: 'cpu.redis' },
  { id: 'auth', metric: 'cpu.auth' },
] as const
/** With as much under way as the connections of a run bring about. */
const CLIENT_TASK = 'redis get x16'

/** Empty without a baseline, or where CPU was not measured. */
export function costStacks(results: Results, micro: Micro, point: Point): readonly CostStack[] {
  const key = keyOf(point)
  const rounds = results.rounds.filter(({ arm, ...place }) => arm === 'main' && keyOf(place) === key)
  const valuesOf = (strategy: string, metric: string): ReadonlyMap<number, number> =>
    byRound(rounds.find((each) => each.strategy === strategy && each.metric === metric)?.values ?? [])
  const commandsOf = (strategy: string): number =>
    results.summary.find(
      (each) => each.strategy === strategy && each.metric === 'redis.commands' && keyOf(each) === key,
    )?.estimate.value ?? 0
  const baseline = results.strategies.find(({ state }) => state === 'none')
  const floor = baseline === undefined ? new Map() : valuesOf(baseline.id, SERVER)
  return results.strategies.flatMap((strategy): readonly CostStack[] => {
    if (strategy.id === baseline?.id) return []
    const server = valuesOf(strategy.id, SERVER)
    const others = OTHER_PROCESSES.map(({ id, metric }) => ({
      id,
      values: valuesOf(strategy.id, metric),
    })).filter(({ values }) => [...values.values()].some((value) => value !== 0))
    const common = [...server.keys()].filter((round) =>
      [floor, ...others.map(({ values }) => values)].every((values) => values.has(round)),
    )
    if (common.length === 0) return []
    const at = (values: ReadonlyMap<number, number>) => common.map((round) => values.get(round) ?? Number.NaN)
    const sums = common.map((round) =>
      [server, ...others.map(({ values }) => values)].reduce(
        (sum, values) => sum + (values.get(round) ?? 0),
        0,
      ),
    )
    const alone = aloneParts(strategy, micro, commandsOf(strategy.id))
    const known: readonly CostPart[] = [
      { id: 'http', estimate: medianEstimate(at(floor)) },
      ...alone,
      ...others.map(({ id, values }) => ({ id, estimate: medianEstimate(at(values)) })),
    ]
    const total = medianEstimate(sums)
    const added = hodgesLehmann(common.map((round) => (server.get(round) ?? 0) - (floor.get(round) ?? 0)))
    const value = known.reduce((left, { estimate }) => left - estimate.value, total.value)
    const rest = restOf(
      value,
      added,
      alone.map(({ estimate }) => estimate),
    )
    return [{ strategy, total, parts: [...known, { id: 'rest', estimate: rest }] }]
  })
}

const byRound = (values: readonly RoundValue[]): ReadonlyMap<number, number> =>
  new Map(values.map(({ round, value }) => [round, value]))

/** What was measured alone, in processes of its own. */
function aloneParts(strategy: StrategyInfo, micro: Micro, commands: number): readonly CostPart[] {
  const verifies = micro.tasks.filter(({ kind, strategy: id }) => kind === 'verify' && id === strategy.id)
  // What a session does beside the lookup is to hash its id.
  const hash = strategy.family === 'session' ? micro.tasks.find(({ kind }) => kind === 'hash') : undefined
  const verify = verifies.toSorted((a, b) => b.inFlight - a.inFlight)[0] ?? hash
  const client = micro.tasks.find(({ id }) => id === CLIENT_TASK)
  // The commands of an auth server are sent by it, and are in its CPU.
  const sends = commands > 0 && !strategy.needs.includes('auth-server')
  return [
    ...(verify === undefined ? [] : [{ id: 'verify' as const, estimate: scaled(verify.cpuNs, 1 / 1000) }]),
    ...(client === undefined || !sends
      ? []
      : [{ id: 'client' as const, estimate: scaled(client.cpuNs, commands / 1000) }]),
  ]
}

const scaled = ({ value, low, high, rounds }: Estimate, factor: number): Estimate => ({
  value: value * factor,
  low: low === null ? null : low * factor,
  high: high === null ? null : high * factor,
  rounds,
})

/**
 * What is left. Its interval is that of the paired differences between server and baseline, over the rounds of the run, with the half-widths of
 * what was measured alone added to both sides: ends are added, not their squares, so that it holds however the errors
 * go together. Medians do not add up as sums do; where the value that makes the stack add up lies outside, the interval
 * reaches to it.
 */
function restOf(value: number, added: Estimate, alone: readonly Estimate[]): Estimate {
  let low = added.low
  let high = added.high
  for (const part of alone) {
    low = low === null || part.high === null ? null : low - part.high
    high = high === null || part.low === null ? null : high - part.low
  }
  return {
    value,
    low: low === null || high === null ? null : Math.min(low, value),
    high: low === null || high === null ? null : Math.max(high, value),
    rounds: Math.min(added.rounds, ...alone.map(({ rounds }) => rounds)),
  }
}
