import { isJudged } from '../analysis/frontier.ts'
import { referenceSession, strategiesWith } from '../analysis/reference-session.ts'
import { MINIMUM_ROUNDS } from '../results/minimum-rounds.ts'
import type { Comparison, MeasuredResults } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { type Frontier, WEIGHED } from '../results/world-results.ts'
import { formatCount, formatEstimate, formatList } from '../units.ts'
import { type Claim, type Decision, notMeasured, verdictOf } from './claim.ts'
import {
  comparisonOf,
  comparisonSentence,
  doubtOf,
  present,
  summaryOf,
  titleOf,
  valueSentence,
} from './evidence.ts'

const COUNTED = ['redis.commands', 'redis.bytes', 'cpu.redis', 'bytes.request_head'] as const

interface Opponent {
  readonly list: StrategyInfo
  readonly cpu: Comparison
  readonly commands: readonly [list: number, session: number]
  readonly bytes: readonly [list: number, session: number]
}

/** Tokens that are looked up in Redis and have numbers to be held against the session's. */
function opponents(results: MeasuredResults, session: StrategyInfo): readonly Opponent[] {
  const both = (id: string, metric: string): readonly [number, number] | null => {
    const [own, other] = [summaryOf(results, id, metric), summaryOf(results, session.id, metric)]
    return own === null || other === null ? null : [own.estimate.value, other.estimate.value]
  }
  return strategiesWith(results, 'hybrid')
    .filter(({ family, needs }) => family === 'revocable token' && needs.includes('redis'))
    .flatMap((list) => {
      const cpu = comparisonOf(results, 'cpu.server', list.id, session.id)
      const [commands, bytes] = [both(list.id, 'redis.commands'), both(list.id, 'bytes.request_head')]
      return cpu === null || commands === null || bytes === null ? [] : [{ list, cpu, commands, bytes }]
    })
}

interface Point {
  /** Holds: a point that the session does not leave to it. */
  readonly decision: Decision
  readonly words: string
}

const CPU_POINTS: Readonly<Record<Comparison['verdict'], Point>> = {
  better: { decision: 'fails', words: 'costs less server CPU' },
  worse: { decision: 'holds', words: 'costs more server CPU' },
  equal: { decision: 'holds', words: 'costs as much server CPU' },
  unsure: { decision: 'open', words: 'is not told apart in server CPU' },
  'not judged': { decision: 'open', words: 'is not judged in server CPU' },
}

const pointsOf = ({ cpu, commands: [commands, asked], bytes: [bytes, sent] }: Opponent): readonly Point[] => [
  commands < asked
    ? { decision: 'fails', words: 'sends Redis fewer commands' }
    : { decision: 'holds', words: `sends Redis ${commands === asked ? 'as many' : 'more'} commands` },
  CPU_POINTS[cpu.verdict],
  bytes <= sent
    ? { decision: 'fails', words: `makes a request ${bytes === sent ? 'no larger' : 'smaller'}` }
    : { decision: 'holds', words: 'makes a request larger' },
]

/** What it wins, but what it loses, and what is open. */
function wordsOf(points: readonly Point[]): string {
  const [wins, losses, open] = (['fails', 'holds', 'open'] as const).map((wanted) => {
    const words = points.filter(({ decision }) => decision === wanted).map(({ words }) => words)
    return words.length === 0 ? [] : [formatList(words)]
  })
  return [[...(wins ?? []), ...(losses ?? [])].join(', but '), ...(open ?? [])]
    .filter((words) => words !== '')
    .join('; it ')
}

const NOT_TRIED =
  'A list that is pushed to the servers instead of asked for on each request was not measured.'

type Row = Frontier['rows'][number]
const NAMES: Readonly<Record<(typeof WEIGHED)[number], string>> = {
  cost: 'CPU',
  latency: 'latency',
  revoked: 'how soon a revocation holds',
  trips: 'trips to the store',
  memory: 'memory',
}

/** Beaten by a session; not beaten, as each session is shown to be worse in something; or neither is known. */
function decisionOf(row: Row, isSession: (id: string) => boolean): Decision {
  if (row.beatenBy.some(isSession)) return 'holds'
  const { others } = row
  const isKept =
    others === undefined
      ? isJudged(row)
      : others.every(({ strategy, worseIn }) => !isSession(strategy) || worseIn.length > 0)
  return isKept ? 'fails' : 'open'
}

/** No session beats it: what sessions are worse in, all of them where they have something in common. */
function keptIn({ others = [] }: Row, isSession: (id: string) => boolean): string {
  const sessions = others.filter(({ strategy }) => isSession(strategy)).map(({ worseIn }) => worseIn)
  const by = (isKept: (each: (typeof WEIGHED)[number]) => boolean) => WEIGHED.filter(isKept)
  const common = by((each) => sessions.every((worseIn) => worseIn.includes(each)))
  const inOne = by((each) => sessions.some((worseIn) => worseIn.includes(each)))
  const kept = (common.length > 0 ? common : inOne).map((each) => NAMES[each])
  if (kept.length === 0) return ''
  return inOne.length === 1 ? `, for ${formatList(kept)} alone` : `, for ${formatList(kept)}`
}

/** With everything that a revocation costs in the balance: a token that no session beats has kept a point. */
function weighed(results: MeasuredResults, { rows, entries }: Frontier): ReturnType<Claim['judge']> {
  const families = new Map(results.strategies.map(({ id, family }) => [id, family]))
  const isSession = (id: string) => families.get(id) === 'session'
  const tokens = rows.filter(({ strategy }) => families.get(strategy) === 'revocable token')
  if (tokens.length === 0 || !rows.some(({ strategy }) => isSession(strategy))) return notMeasured(BOTH)
  const evidence = rows.flatMap(({ strategy, cost, latency }) => [
    ...(cost === null
      ? []
      : [`${titleOf(results, strategy)}: CPU of all processes ${formatEstimate(cost, 'us/req')}.`]),
    ...(latency === null
      ? []
      : [`${titleOf(results, strategy)}: median latency ${formatEstimate(latency, 'us')}.`]),
  ])
  if (results.validity.verdict === 'invalid')
    return notMeasured('The run is invalid, so its times are not judged.', evidence)
  const of = (wanted: Decision) => tokens.filter((row) => decisionOf(row, isSession) === wanted)
  const titles = (some: readonly Row[]) => formatList(some.map(({ strategy }) => titleOf(results, strategy)))
  const [beaten, left, open] = [of('holds'), of('fails'), of('open')]
  const kept = Map.groupBy(left, (row) => keptIn(row, isSession))
  return {
    verdict: verdictOf(tokens.map((row) => decisionOf(row, isSession))),
    why: [
      `Weighed with ${formatCount(entries, 'entry', 'entries')} in each store: CPU, latency, how soon a revocation holds, trips to the store, memory.`,
      ...(beaten.length === 0 ? [] : [`A session beats ${titles(beaten)}.`]),
      ...[...kept].map(([words, some]) => `None beats ${titles(some)}${words}.`),
      ...(open.length === 0
        ? []
        : [
            `Not told apart from a session, or not judged against it (times need ${MINIMUM_ROUNDS} rounds): ${titles(open)}.`,
          ]),
    ].join(' '),
    evidence,
  }
}

const BOTH =
  'The run needs completed cells of the scenario blacklist-size of a revocable token and of a session in Redis, such as jwt-blacklist and session-redis.'

/**
 * A session lookup already costs what the list costs, so a JWT with a list must win something else: fewer commands, less
 * CPU or fewer bytes.
 */
export const blacklist: Claim = {
  id: 'blacklist-loses-the-point',
  text: 'A JWT with a blacklist or whitelist loses the point of using JWT.',
  from: ['blacklist-size', 'verify'],
  supports:
    'A session beats every revocable token: shown to be better in CPU, latency, memory, trips to the store or how soon a revocation holds, and to be worse in none. Where only `verify` ran: none of them sends Redis fewer commands, costs less server CPU or makes a request no larger than a session does.',
  refutes:
    'Every one is shown to be better than each session in one of these. Where only `verify` ran: each wins all three points.',
  judge(results) {
    if (results.frontier !== undefined) return weighed(results, results.frontier)
    const session = referenceSession(results)
    const found = session === null ? [] : opponents(results, session)
    if (session === null || found.length === 0) {
      return notMeasured(
        'The run needs completed cells of the scenario verify, with Redis counters, of a session in Redis and of a JWT with a list there, such as session-redis and jwt-blacklist.',
      )
    }
    const ids = [...found.map(({ list }) => list.id), session.id]
    const evidence = present([
      ...found.map(({ cpu }) => comparisonSentence(results, cpu)),
      ...COUNTED.flatMap((metric) => ids.map((id) => valueSentence(results, id, metric))),
    ])
    const doubt = doubtOf(
      results,
      found.map(({ cpu }) => cpu),
    )
    if (doubt !== null) return notMeasured(doubt, evidence)
    const alike = Map.groupBy(found, (opponent) => wordsOf(pointsOf(opponent)))
    const sentences = [...alike].map(([words, lists]) => {
      const titles = lists.map(({ list }) => list.title)
      return `Against ${session.title}, ${titles.length > 1 ? 'each of ' : ''}${formatList(titles)} ${words}.`
    })
    const verdict = verdictOf(found.flatMap(pointsOf).map(({ decision }) => decision))
    return {
      verdict,
      why: [...sentences, ...(verdict === 'supported' ? [NOT_TRIED] : [])].join(' '),
      evidence,
    }
  },
}
