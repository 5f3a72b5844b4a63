import type { Params } from '../results/cell.ts'
import type { Comparison, MeasuredResults } from '../results/results.ts'
import type { HandlerWork } from '../results/world-results.ts'
import { medianEstimate } from '../stats/order-statistic.ts'
import { opposite } from './opposite-comparison.ts'
import { referenceSession } from './reference-session.ts'
import { keyOf, type Point } from './subject.ts'

type Measured = Omit<MeasuredResults, 'handlerWork'>
type Row = HandlerWork['rows'][number]

/** What users wait for, and what the servers are paid for. */
const METRICS = ['latency.p50', 'cpu.server', 'throughput'] as const
const WORKS = ['waitMs', 'cpuUs'] as const
const KINDS: readonly string[] = [...WORKS, 'rows']

const isEmpty = ({ waitMs }: Params): boolean => waitMs === 0
const toldOf = (row: Comparison): boolean | null => (row.verdict === 'not judged' ? null : isShown(row))
const isShown = ({ verdict }: Comparison): boolean => verdict === 'better' || verdict === 'worse'

/** Null where no scenario of the run gives its handler work, or none of its strategies is a session that tokens are compared with. */
export function handlerWorkOf(results: Measured): HandlerWork | null {
  const scenario = results.comparisons.find(({ params }) => isEmpty(params))?.scenario
  const session = referenceSession(results)
  if (scenario === undefined || session === null) return null
  const compared = results.comparisons.filter(
    (row) => row.scenario === scenario && Object.keys(row.params).some((name) => KINDS.includes(name)),
  )
  const others = results.strategies.filter(({ id, state }) => id !== session.id && state !== 'none')
  const rows = METRICS.flatMap((metric) =>
    others.flatMap(({ id }) => rowsOf(results, compared, metric, id, session.id)),
  )
  const judged = compared.filter(({ strategy, baseline }) =>
    [strategy, baseline].every((id) => id === session.id || others.some((other) => other.id === id)),
  )
  const alike = METRICS.flatMap((metric) =>
    WORKS.flatMap((work) => {
      const found = alikeFrom(judged, metric, work)
      return found === null ? [] : [{ metric, work, ...found }]
    }),
  )
  return { scenario, session: session.id, rows, alike }
}

function rowsOf(
  results: Measured,
  compared: readonly Comparison[],
  metric: string,
  strategy: string,
  session: string,
): readonly Row[] {
  const own = compared.flatMap((row) => {
    if (row.metric !== metric) return []
    if (row.strategy === strategy && row.baseline === session) return [row]
    return row.strategy === session && row.baseline === strategy ? [opposite(row)] : []
  })
  const empty = own.find(({ params }) => isEmpty(params))
  const scenario = own[0]?.scenario ?? ''
  const logsAt = (params: Params) => logRatios(results, metric, strategy, session, { scenario, params })
  const before = empty !== undefined && isShown(empty) ? logsAt(empty.params) : null
  return own.flatMap((row): readonly Row[] => {
    if (row.ratio === null) return []
    const shares = [...logsAt(row.params)].flatMap(([round, log]) => {
      const whole = before?.get(round)
      return whole === undefined || whole === 0 ? [] : [log / whole]
    })
    const left = before === null || shares.length === 0 ? null : medianEstimate(shares)
    return [{ metric, strategy, params: row.params, ratio: row.ratio, left, told: toldOf(row) }]
  })
}

/** strategy / session in each round that both have. */
function logRatios(
  { rounds }: Measured,
  metric: string,
  strategy: string,
  session: string,
  point: Point,
): ReadonlyMap<number, number> {
  const place = keyOf(point)
  const valuesOf = (id: string) =>
    rounds.find(
      (row) => row.strategy === id && row.arm === 'main' && row.metric === metric && keyOf(row) === place,
    )?.values ?? []
  const sessions = new Map(valuesOf(session).map(({ round, value }) => [round, value]))
  return new Map(
    valuesOf(strategy).flatMap(({ round, value }): readonly [number, number][] => {
      const other = sessions.get(round)
      return other === undefined || !(other > 0) || !(value > 0) ? [] : [[round, Math.log(value / other)]]
    }),
  )
}

/** All pairs count: one that is told apart is enough. Null where one was not judged. */
function alikeFrom(
  compared: readonly Comparison[],
  metric: string,
  work: (typeof WORKS)[number],
): Pick<HandlerWork['alike'][number], 'from' | 'notExcluded'> | null {
  const pairs = compared.filter((row) => row.metric === metric && typeof row.params[work] === 'number')
  if (pairs.length === 0 || pairs.some((row) => toldOf(row) === null)) return null
  const byWork = Map.groupBy(pairs, ({ params }) => Number(params[work]))
  const most = [...byWork].sort(([one], [other]) => other - one)
  const toldAt = most.findIndex(([, rows]) => rows.some(isShown))
  const from = (toldAt === -1 ? most.at(-1) : most[toldAt - 1]) ?? null
  if (from === null) return { from: null, notExcluded: null }
  const ends = from[1].flatMap(({ ratio }) =>
    ratio === null || ratio.low === null || ratio.high === null
      ? []
      : [Math.abs(ratio.low - 1), Math.abs(ratio.high - 1)],
  )
  return { from: from[0], notExcluded: ends.length === 0 ? null : Math.max(...ends) }
}
