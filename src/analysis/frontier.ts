import type { CompletedCell } from '../results/cell.ts'
import type { Comparison, MeasuredResults } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { type Frontier, WEIGHED } from '../results/world-results.ts'
import { medianOf } from '../stats/median.ts'
import { opposite } from './opposite-comparison.ts'

type Judged = Frontier['rows'][number]
type Row = Omit<Judged, 'beatenBy' | 'others'> & { readonly entriesFor: StrategyInfo['entriesFor'] | null }
type Standings = Readonly<Record<(typeof WEIGHED)[number], Standing>>
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
        entriesFor: info.entriesFor ?? (info.state === 'stateful' ? 'everyone' : null),
      }
    })
  return {
    scenario,
    entries,
    nearMs,
    farMs,
    rows: rows.map((row) => judgedRow(row, rows, compared)),
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
  if (stores === null || fixedStore === true || most === 0) return 0
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

/**
 * At as many entries of each. A list has those of revoked tokens only, at most as many as a store with one for everyone: where it takes less
 * with as many, it takes less with fewer; where it takes more, how many are revoked decides, which nothing here says.
 */
function ofMemory(one: Row, other: Row): Standing {
  const [bytes, against] = [one.memoryBytes, other.memoryBytes]
  if (bytes === null || against === null) return bytes === against ? 'same' : 'unknown'
  const [less, more] = [Math.min(bytes, against), Math.max(bytes, against)]
  if (more - less < LEAST_BYTES || more < less * LEAST_SHARE) return 'same'
  const [smaller, larger] = bytes < against ? [one, other] : [other, one]
  if (smaller.entriesFor === 'everyone' && larger.entriesFor === 'revoked') return 'unknown'
  return ordered(bytes, against)
}

function standingsOf(one: Row, other: Row, compared: readonly Comparison[]): Standings {
  const never = Number.POSITIVE_INFINITY
  return {
    cost: judged(COST, one.strategy, other.strategy, compared),
    latency: judged(LATENCY, one.strategy, other.strategy, compared),
    revoked: ordered(one.revokedWithinMs ?? never, other.revokedWithinMs ?? never),
    trips: ordered(one.roundTrips, other.roundTrips),
    memory: ofMemory(one, other),
  }
}

/** Better in something, and shown to be worse in nothing; nobody is beaten by what was not judged. */
function judgedRow(row: Row, rows: readonly Row[], compared: readonly Comparison[]): Judged {
  const against = rows
    .filter((other) => other !== row)
    .map((other) => {
      const standings = standingsOf(other, row, compared)
      const of = (wanted: Standing) => WEIGHED.filter((each) => standings[each] === wanted)
      return {
        strategy: other.strategy,
        betterIn: of('better'),
        worseIn: of('worse'),
        openIn: of('unknown'),
      }
    })
  const { entriesFor: _, ...told } = row
  return {
    ...told,
    beatenBy: against
      .filter(({ betterIn, worseIn, openIn }) => betterIn.length > 0 && worseIn.length + openIn.length === 0)
      .map(({ strategy }) => strategy),
    others: against.map(({ betterIn: _, ...other }) => other),
  }
}

/** Who may beat it: shown to be worse in nothing, and not judged in something. */
export const openAgainst = ({ beatenBy, others = [] }: Judged): readonly string[] =>
  others
    .filter(
      ({ strategy, worseIn, openIn }) =>
        !beatenBy.includes(strategy) && worseIn.length === 0 && openIn.length > 0,
    )
    .map(({ strategy }) => strategy)

/** Whether somebody beats it is known; of rows that were stored without the reasons, by the intervals of their times. */
export function isJudged(row: Judged): boolean {
  if (row.beatenBy.length > 0) return true
  if (row.others !== undefined) return openAgainst(row).length === 0
  return [row.cost, row.latency].every((estimate) => estimate !== null && estimate.low !== null)
}
