import { machineKey } from '../results/environment.ts'
import type { Estimate } from '../results/estimate.ts'
import type { HistoryEntry } from '../results/history.ts'
import type { Results } from '../results/results.ts'
import { changePoints, steps } from '../stats/change-points.ts'
import { medianOf } from '../stats/median.ts'
import { exponential } from '../stats/paired.ts'
import { shiftEstimate } from '../stats/rank-sum.ts'
import { worldText } from '../worlds/words.ts'
import { USUAL_WORLD } from '../worlds/world.ts'

/** One of each kind: what a request costs, what a core serves, how long it takes, what is sent and kept. */
const FOLLOWED: readonly string[] = [
  'cpu.total',
  'cpu.server',
  'memory.allocated',
  'throughput',
  'slo.rate',
  'latency.p99',
  'bytes.request_head',
  'redis.commands',
]

/** As many runs as one look takes in; older ones stay in the history. */
const RUNS_SHOWN = 200

type Row = HistoryEntry['rows'][number]

/** Numbers are cut to what is measured: a history is kept for years. */
const cut = (value: number): number => Number(value.toPrecision(6))

/** A rate that `--max-rate` bounds would get better with the bound. */
const isBounded = (metric: string, { maxRate }: Results['config']): boolean =>
  metric === 'slo.rate' && maxRate !== undefined

export function historyEntryOf({ run, environment, config, summary }: Results): HistoryEntry {
  const world = worldText(config.world ?? USUAL_WORLD)
  return {
    schema: 'authbench/history@1',
    run: run.id,
    startedAt: run.startedAt,
    profile: run.profile,
    commit: run.git === null || run.git.dirty ? null : run.git.sha,
    authbench: run.authbench,
    machine: machineKey(environment),
    ...(world === null ? {} : { world }),
    rows: summary
      .filter(({ metric }) => FOLLOWED.includes(metric) && !isBounded(metric, config))
      .map(({ estimate: { value, low, high }, ...row }) => ({
        ...row,
        value: cut(value),
        low: low === null ? null : cut(low),
        high: high === null ? null : cut(high),
      })),
  }
}

export interface TrendPoint {
  readonly run: string
  readonly startedAt: string
  readonly commit: string | null
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

export interface TrendChange {
  /** Of the first point at the new level, and the last one before it. */
  readonly at: TrendPoint
  readonly after: TrendPoint
  readonly index: number
  /** New level / old level; null where one of them is zero. */
  readonly ratio: Estimate | null
  /** Medians of the runs at the old and at the new level. */
  readonly from: number
  readonly to: number
  readonly runs: number
  readonly verdict: 'better' | 'worse'
}

export interface Trend extends Pick<Row, 'strategy' | 'scenario' | 'params' | 'metric' | 'unit' | 'better'> {
  readonly machine: string
  readonly profile: string
  /** In words; null: the usual one. */
  readonly world: string | null
  /** The same in all rounds of every run: then a single run shows a change. */
  readonly counted: boolean
  /** Oldest first. */
  readonly points: readonly TrendPoint[]
  readonly changes: readonly TrendChange[]
}

const isCounted = (points: readonly TrendPoint[]): boolean =>
  points.every(({ value, low, high }) => low === value && high === value)

function changesIn(points: readonly TrendPoint[], better: Row['better']): readonly TrendChange[] {
  const values = points.map(({ value }) => value)
  const found = isCounted(points) ? steps(values) : changePoints(values)
  return found.flatMap(({ index }, place) => {
    const [at, after] = [points[index], points[index - 1]]
    if (at === undefined || after === undefined) return []
    const before = values.slice(found[place - 1]?.index ?? 0, index)
    const since = values.slice(index, found[place + 1]?.index ?? values.length)
    const positive = [...before, ...since].every((value) => value > 0)
    const logs = (some: readonly number[]) => some.map(Math.log)
    const [from, to] = [medianOf(before), medianOf(since)]
    return [
      {
        at,
        after,
        index,
        ratio: positive ? exponential(shiftEstimate(logs(since), logs(before))) : null,
        from,
        to,
        runs: since.length,
        verdict: to < from === (better === 'lower') ? ('better' as const) : ('worse' as const),
      },
    ]
  })
}

/** One for each number that is followed on each machine, in each profile and world; machines and their numbers in the order of their newest runs. */
export function trendsOf(entries: readonly HistoryEntry[]): readonly Trend[] {
  const newestFirst = entries.toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))
  const byPlace = Map.groupBy(newestFirst, ({ machine, profile, world = null }) =>
    JSON.stringify([machine, profile, world]),
  )
  return [...byPlace.values()].flatMap((runs) => {
    const shown = runs.slice(0, RUNS_SHOWN)
    const rows = shown.flatMap(({ rows: own, ...entry }) => own.map((row) => ({ row, entry })))
    const series = Map.groupBy(rows, ({ row: { strategy, scenario, params, metric } }) =>
      JSON.stringify([metric, scenario, params, strategy]),
    )
    return [...series.values()].flatMap((own) => {
      const [newest] = own
      if (newest === undefined) return []
      const { strategy, scenario, params, metric, unit, better } = newest.row
      const { machine, profile, world = null } = newest.entry
      const points = own
        .map(
          ({ row: { value, low, high }, entry: { run, startedAt, commit } }): TrendPoint => ({
            run,
            startedAt,
            commit,
            value,
            low,
            high,
          }),
        )
        .reverse()
      const changes = changesIn(points, better)
      return [
        {
          strategy,
          scenario,
          params,
          metric,
          unit,
          better,
          machine,
          profile,
          world,
          counted: isCounted(points),
          points,
          changes,
        },
      ]
    })
  })
}
