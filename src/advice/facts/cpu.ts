import type { Point, RoundValue } from '../../analysis/subject.ts'
import type { Results } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { medianEstimate } from '../../stats/order-statistic.ts'
import { type Measured, measured } from './measured.ts'
import { sameAs } from './points.ts'

/** CPU time of one request. */
export interface CpuParts {
  /** Server, Redis and auth server together; null: not even the server's was measured. */
  readonly total: Measured | null
  readonly parts: readonly {
    readonly name: 'server' | 'Redis' | 'auth server'
    readonly measured: Measured
  }[]
  /** What it needs and was not measured: `total` is then only a part. */
  readonly missing: readonly string[]
}

const PROCESSES = [
  { name: 'server', metric: 'cpu.server', need: null },
  { name: 'Redis', metric: 'cpu.redis', need: 'redis' },
  { name: 'auth server', metric: 'cpu.auth', need: 'auth-server' },
] as const

/** One value for each round. */
export const roundsOf = (
  results: Results,
  strategy: string,
  metric: string,
  point: Point,
): readonly RoundValue[] =>
  results.rounds.find(
    (each) =>
      each.strategy === strategy && each.arm === 'main' && each.metric === metric && sameAs(point)(each),
  )?.values ?? []

interface CpuRounds {
  readonly values: readonly RoundValue[]
  readonly parts: readonly {
    readonly name: CpuParts['parts'][number]['name']
    readonly values: readonly RoundValue[]
  }[]
  readonly missing: readonly string[]
}

/** Sums of the processes that it uses, of the rounds that have all of them. */
export function cpuRounds(results: Results, { id, needs }: StrategyInfo, point: Point): CpuRounds {
  const used = PROCESSES.filter(({ need }) => need === null || needs.includes(need)).map((each) => ({
    ...each,
    values: roundsOf(results, id, each.metric, point),
  }))
  const [server, ...others] = used.filter(({ values }) => values.length > 0)
  const missing = used.filter(({ values }) => values.length === 0).map(({ name }) => `${name} CPU`)
  if (server?.name !== 'server') return { values: [], parts: [], missing }
  const sums = others.reduce<readonly RoundValue[]>(
    (sum, { values }) =>
      sum.flatMap((each) => {
        const part = values.find(({ round }) => round === each.round)
        return part === undefined ? [] : [{ ...each, value: each.value + part.value }]
      }),
    server.values,
  )
  return { values: sums, parts: [server, ...others], missing }
}

/** @param point null: not measured */
export function cpuOf(results: Results, info: StrategyInfo, point: Point | null): CpuParts {
  const { values, parts, missing } =
    point === null ? { values: [], parts: [], missing: ['server CPU'] } : cpuRounds(results, info, point)
  const estimate = (rounds: readonly RoundValue[]) =>
    measured(medianEstimate(rounds.map(({ value }) => value)), 'us/req')
  return {
    total: values.length === 0 ? null : estimate(values),
    parts: parts.map(({ name, values: own }) => ({ name, measured: estimate(own) })),
    missing,
  }
}
