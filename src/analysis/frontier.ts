import type { CompletedCell } from '../results/cell.ts'
import type { Comparison, MeasuredResults } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import type { Frontier } from '../results/world-results.ts'
import { medianOf } from '../stats/median.ts'
import { opposite } from './opposite-comparison.ts'

type Row = Omit<Frontier['rows'][number], 'beatenBy'>
type Standing = 'better' | 'worse' | 'same' | 'unknown'

const COST = 'cpu.total'
const LATENCY = 'latency.p50'
/** Tables double, and heaps move by themselves: less than this, or less than a quarter, is no difference. */
const LEAST_BYTES = 8 * 2 ** 20
const LEAST_SHARE = 1.25

/** Who beats whom at the most entries that were measured; null where no scenario filled stores at a distance. */
export function frontierOf(results: MeasuredResults, cells: readonly CompletedCell[]): Frontier | null {
  const own = cells.filter(
    ({ arm, params }) =>
      arm === 'main' && typeof params.entries === 'number' && typeof params.storeRttMs === 'number',
  )
  const [first] = own
  if (first === undefined) return null
  const { scenario } = first
  const numbers = (name: 'entries' | 'storeRttMs') =>
    own.filter((cell) => cell.scenario === scenario).map(({ params }) => Number(params[name]))
  const [entries, farMs, nearMs] = [
    Math.max(...numbers('entries')),
    Math.max(...numbers('storeRttMs')),
    Math.min(...numbers('storeRttMs')),
  ]
  const isAt = (storeRttMs: number) => (row: { scenario: string; params: CompletedCell['params'] }) =>
    row.scenario === scenario && row.params.entries === entries && row.params.storeRttMs === storeRttMs
  const estimateOf = (strategy: string, metric: string, storeRttMs: number) =>
    results.summary.find((row) => row.strategy === strategy && row.metric === metric && isAt(storeRttMs)(row))
      ?.estimate ?? null
  const compared = results.comparisons.filter(
    (row) => (row.metric === COST && isAt(nearMs)(row)) || (row.metric === LATENCY && isAt(farMs)(row)),
  )
  const rows = results.strategies
    .filter(({ id, state }) => state !== 'none' && own.some(({ strategy }) => strategy === id))
    .map((info): Row => {
      const ofStrategy = own.filter((cell) => cell.scenario === scenario && cell.strategy === info.id)
      return {
        strategy: info.id,
        cost: estimateOf(info.id, COST, nearMs),
        latency: estimateOf(info.id, LATENCY, farMs),
        revokedWithinMs: boundOf(info),
        roundTrips: info.roundTrips,
        memoryBytes: memoryOf(info, ofStrategy, entries),
      }
    })
  return {
    scenario,
    entries,
    nearMs,
    farMs,
    rows: rows.map((row) => ({
      ...row,
      beatenBy: rows
        .filter((other) => other !== row && beats(other, row, compared))
        .map(({ strategy }) => strategy),
    })),
  }
}

/** Null: not before it expires. */
function boundOf({ revocation }: StrategyInfo): number | null {
  if (revocation.effect === 'immediate') return 0
  return revocation.effect === 'within' ? revocation.ms : null
}

/** What the store and the server grew by while they were filled; null where that cannot be told. */
function memoryOf(
  { stores, fixedStore }: StrategyInfo,
  cells: readonly CompletedCell[],
  most: number,
): number | null {
  if (stores === null || fixedStore === true) return 0
  const grown = cells
    .filter(({ params }) => params.entries === most)
    .flatMap(({ fill }) =>
      fill == null || fill.bytes === null ? [] : fill.bytes + Math.max(0, fill.serverBytes ?? 0),
    )
  return grown.length === 0 ? null : medianOf(grown)
}

function judged(metric: string, one: string, other: string, compared: readonly Comparison[]): Standing {
  const straight = compared.find(
    (row) => row.metric === metric && row.strategy === one && row.baseline === other,
  )
  const reverse = compared.find(
    (row) => row.metric === metric && row.strategy === other && row.baseline === one,
  )
  const row = straight ?? (reverse === undefined ? undefined : opposite(reverse))
  if (row === undefined || row.verdict === 'not judged') return 'unknown'
  return row.verdict === 'better' || row.verdict === 'worse' ? row.verdict : 'same'
}

const ordered = (one: number, other: number): Standing =>
  one === other ? 'same' : one < other ? 'better' : 'worse'

function ofMemory(one: number | null, other: number | null): Standing {
  if (one === null || other === null) return one === other ? 'same' : 'unknown'
  const [less, more] = [Math.min(one, other), Math.max(one, other)]
  return more - less < LEAST_BYTES || more < less * LEAST_SHARE ? 'same' : ordered(one, other)
}

/** Better in something, and shown to be worse in nothing; nobody is beaten by what was not judged. */
function beats(one: Row, other: Row, compared: readonly Comparison[]): boolean {
  const never = Number.POSITIVE_INFINITY
  const standings = [
    judged(COST, one.strategy, other.strategy, compared),
    judged(LATENCY, one.strategy, other.strategy, compared),
    ordered(one.revokedWithinMs ?? never, other.revokedWithinMs ?? never),
    ordered(one.roundTrips, other.roundTrips),
    ofMemory(one.memoryBytes, other.memoryBytes),
  ]
  return standings.includes('better') && !standings.some((each) => each === 'worse' || each === 'unknown')
}
