import type { MeasuredResults } from '../results/results.ts'
import type { Crossing, Crossover } from '../results/world-results.ts'
import { medianEstimate } from '../stats/order-statistic.ts'
import { referenceSession } from './reference-session.ts'

type Row = MeasuredResults['rounds'][number]

/** What users wait for. Where windows hold too few requests for the second there is only the first. */
const METRICS = ['latency.p50', 'latency.p99'] as const
const PARAM = 'storeRttMs'

interface Gap {
  readonly distanceMs: number
  /** Session less the other, in the metric's unit. */
  readonly gap: number
}

/** In the order of scenarios, metrics and strategies; empty where no store was moved, or the run has no session that a token is compared with. */
export function crossoversOf(results: MeasuredResults): Crossover[] {
  const session = referenceSession(results)
  if (session === null) return []
  const others = results.strategies.filter(({ id, state }) => id !== session.id && state !== 'none')
  return results.scenarios.flatMap(({ id: scenario }) =>
    METRICS.flatMap((metric) => {
      const rows = results.rounds.filter(
        (row) =>
          row.scenario === scenario &&
          row.metric === metric &&
          row.arm === 'main' &&
          typeof row.params[PARAM] === 'number' &&
          row.params.entries === undefined,
      )
      return others.flatMap(({ id }) => crossoverOf(rows, session.id, id) ?? [])
    }),
  )
}

/** Null where the two have no round with two points in common. */
function crossoverOf(rows: readonly Row[], session: string, strategy: string): Crossover | null {
  const gaps = gapsByRound(rows, session, strategy)
  const crossings = [...gaps.values()].filter((points) => points.length > 1).map(crossingOf)
  const [row] = rows
  if (row === undefined || crossings.length === 0) return null
  const furthestMs = Math.max(...[...gaps.values()].flat().map(({ distanceMs }) => distanceMs))
  // What was not crossed is somewhere further out: an order takes no more than that.
  const { value, low, high, rounds } = medianEstimate(
    crossings.map((crossing) => (crossing === 'beyond' ? Number.POSITIVE_INFINITY : crossing)),
  )
  const told = (bound: number): Crossing => (Number.isFinite(bound) ? bound : 'beyond')
  return {
    scenario: row.scenario,
    metric: row.metric,
    session,
    strategy,
    value: told(value),
    low: low === null ? null : told(low),
    high: high === null ? null : told(high),
    rounds,
    furthestMs,
  }
}

/** Nearest first. */
function gapsByRound(
  rows: readonly Row[],
  session: string,
  strategy: string,
): ReadonlyMap<number, readonly Gap[]> {
  const own = rows.filter((row) => row.strategy === session)
  const found = rows
    .filter((row) => row.strategy === strategy)
    .flatMap(({ params, values }) => {
      const same = own.find((row) => row.params[PARAM] === params[PARAM])?.values ?? []
      const sessions = new Map(same.map(({ round, value }) => [round, value]))
      return values.flatMap(({ round, value }) => {
        const other = sessions.get(round)
        return other === undefined ? [] : [{ round, distanceMs: Number(params[PARAM]), gap: other - value }]
      })
    })
    .sort((one, other) => one.distanceMs - other.distanceMs)
  return Map.groupBy(found, ({ round }) => round)
}

/**
 * Where the session becomes the slower one and stays it, on straight lines between the points: from the last point at which it was not slower
 * to the next one.
 */
export function crossingOf(points: readonly Gap[]): Crossing {
  const last = points.findLastIndex(({ gap }) => gap <= 0)
  const [before, after] = [points[last], points[last + 1]]
  if (before === undefined) return points[0]?.distanceMs ?? 0
  if (after === undefined) return 'beyond'
  const share = -before.gap / (after.gap - before.gap)
  return before.distanceMs + share * (after.distanceMs - before.distanceMs)
}
