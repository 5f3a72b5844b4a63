import { strategiesWith } from '../analysis/reference-session.ts'
import type { ClaimResult, MeasuredResults } from '../results/results.ts'
import type { HandlerWork } from '../results/world-results.ts'
import { formatChange, formatList, formatPercent } from '../units.ts'
import { worldParamText } from '../worlds/words.ts'
import { type Claim, type Decision, notMeasured, SMALL_GAIN, verdictOf } from './claim.ts'
import { titleOf } from './evidence.ts'

type Row = HandlerWork['rows'][number]

const RUN =
  'The run needs the scenario handler-work, with a session in Redis and a stateless token, such as session-redis and jwt-hs256-fast.'
const INVALID = 'The run is invalid, so its times are not judged.'

/** That a token saves little: its whole interval lies below the margin, or above it. */
function decisionOf({ ratio: { low, high } }: Row): Decision {
  if (low === null || high === null) return 'open'
  if (high < 1 - SMALL_GAIN) return 'fails'
  return low > 1 - SMALL_GAIN ? 'holds' : 'open'
}

/** Of stateless tokens. */
function rowsOf(results: MeasuredResults, metric: string, isMeant: (row: Row) => boolean): readonly Row[] {
  const tokens = new Set(strategiesWith(results, 'stateless').map(({ id }) => id))
  return (results.handlerWork?.rows ?? []).filter(
    (row) => row.metric === metric && tokens.has(row.strategy) && isMeant(row),
  )
}

const handlerText = ({ params }: Row): string =>
  Object.entries(params)
    .map(([name, value]) => worldParamText(name, value) ?? `${name} ${value}`)
    .join(', ')

function sentenceOf(results: MeasuredResults, row: Row): string {
  const title = results.metrics.find(({ id }) => id === row.metric)?.title ?? row.metric
  const session = titleOf(results, results.handlerWork?.session ?? '')
  return `${title} with ${handlerText(row)}, ${titleOf(results, row.strategy)} against ${session}: ${formatChange(row.ratio)}.`
}

/** @param saved what a token that keeps its gain saves */
function judge(
  results: MeasuredResults,
  decisive: readonly Row[],
  evidence: readonly string[],
  saved: string,
): Omit<ClaimResult, 'id' | 'text'> {
  if (results.validity.verdict === 'invalid') return notMeasured(INVALID, evidence)
  const rowsThat = (wanted: Decision) => decisive.filter((row) => decisionOf(row) === wanted)
  const named = (rows: readonly Row[]) =>
    formatList([...new Set(rows.map((row) => `${titleOf(results, row.strategy)} with ${handlerText(row)}`))])
  const [kept, gone, unclear] = [rowsThat('fails'), rowsThat('holds'), rowsThat('open')]
  const margin = formatPercent(SMALL_GAIN)
  const words = [
    ...(kept.length === 0 ? [] : [`More than ${margin} of ${saved} is saved by ${named(kept)}.`]),
    ...(gone.length === 0 ? [] : [`Less than ${margin} by ${named(gone)}.`]),
    ...(unclear.length === 0 ? [] : [`The intervals leave open which by ${named(unclear)}.`]),
  ].join(' ')
  return { verdict: verdictOf(decisive.map(decisionOf)), why: words, evidence: [...evidence] }
}

export const databaseAnyway: Claim = {
  id: 'most-apps-need-a-database-anyway',
  text: 'Most applications read the user from a database anyway, so that a token without a lookup saves little.',
  from: ['handler-work'],
  supports: `Where the handler reads the row of the user, every token saves less than ${formatPercent(SMALL_GAIN)} of the median latency.`,
  refutes: 'Every token saves more than that.',
  judge(results) {
    const reads = (row: Row) => row.params.rows !== undefined
    const decisive = rowsOf(results, 'latency.p50', reads)
    if (decisive.length === 0) return notMeasured(RUN)
    const rows = [
      ...rowsOf(results, 'latency.p50', ({ params }) => params.waitMs === 0),
      ...decisive,
      ...rowsOf(results, 'cpu.server', reads),
    ]
    const { why, ...rest } = judge(
      results,
      decisive,
      rows.map((row) => sentenceOf(results, row)),
      'the median latency',
    )
    return {
      ...rest,
      why: `Where the handler reads the user’s row: ${why} How many applications do is not measured.`,
    }
  },
}

/** What a handler of a real application waits for: a cached answer, a query, a query and a service. */
const WAITS_MS = [1, 5, 20]
/** The least at which an application has done anything of its own. */
const DECISIVE_MS = 5

export const moreWork: Claim = {
  id: 'more-work-no-value',
  text: 'JWT is more work without additional value in most cases.',
  from: ['handler-work'],
  supports: `Where the handler waits for ${DECISIVE_MS} ms, every token saves less than ${formatPercent(SMALL_GAIN)} of the median latency.`,
  refutes: 'Every token saves more than that.',
  judge(results) {
    const rows = rowsOf(results, 'latency.p50', ({ params }) => WAITS_MS.includes(Number(params.waitMs)))
    const decisive = rows.filter(({ params }) => params.waitMs === DECISIVE_MS)
    if (decisive.length === 0) return notMeasured(RUN)
    const cpu = rowsOf(results, 'cpu.server', ({ params }) => params.waitMs === DECISIVE_MS)
    const { why, ...rest } = judge(
      results,
      decisive,
      [...rows, ...cpu].map((row) => sentenceOf(results, row)),
      'the median latency',
    )
    return {
      ...rest,
      why: `${why} This is about the value for who waits; what it saves in CPU is in the evidence. How much more work it is, the security checklist shows.`,
    }
  },
}
