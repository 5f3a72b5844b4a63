import { referenceSession, strategiesWith } from '../analysis/reference-session.ts'
import { MINIMUM_ROUNDS } from '../results/minimum-rounds.ts'
import type { Comparison, MeasuredResults } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import type { Frontier } from '../results/world-results.ts'
import { formatCount, formatEstimate, formatList } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
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

interface Score {
  readonly wins: readonly string[]
  readonly losses: readonly string[]
}

function scoreOf({ cpu, commands: [commands, asked], bytes: [bytes, sent] }: Opponent): Score {
  const points: readonly (readonly [isWin: boolean, words: string])[] = [
    commands < asked
      ? [true, 'sends Redis fewer commands']
      : [false, `sends Redis ${commands === asked ? 'as many' : 'more'} commands`],
    cpu.verdict === 'better'
      ? [true, 'costs less server CPU']
      : [false, cpu.verdict === 'worse' ? 'costs more server CPU' : 'is not shown to save server CPU'],
    bytes <= sent
      ? [true, `makes a request ${bytes === sent ? 'no larger' : 'smaller'}`]
      : [false, 'makes a request larger'],
  ]
  const words = (wanted: boolean) => points.filter(([isWin]) => isWin === wanted).map(([, text]) => text)
  return { wins: words(true), losses: words(false) }
}

const NOT_TRIED =
  'A list that is pushed to the servers instead of asked for on each request was not measured.'

/** With everything that a revocation costs in the balance: a token that no session beats has kept a point. */
function weighed(results: MeasuredResults, { rows, entries }: Frontier): ReturnType<Claim['judge']> {
  const families = new Map(results.strategies.map(({ id, family }) => [id, family]))
  const isSession = (id: string) => families.get(id) === 'session'
  const tokens = rows.filter(({ strategy }) => families.get(strategy) === 'revocable token')
  if (tokens.length === 0 || tokens.length === rows.length) return notMeasured(BOTH)
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
  if (rows.some(({ cost }) => cost === null || cost.low === null))
    return notMeasured(`Times need ${MINIMUM_ROUNDS} rounds to be judged.`, evidence)
  const beaten = tokens.filter(({ beatenBy }) => beatenBy.some(isSession))
  const left = tokens.filter((row) => !beaten.includes(row))
  const titles = (some: readonly Frontier['rows'][number][]) =>
    formatList(some.map(({ strategy }) => titleOf(results, strategy)))
  return {
    verdict: left.length === 0 ? 'supported' : beaten.length === 0 ? 'refuted' : 'depends',
    why: [
      `Weighed with ${formatCount(entries, 'entry', 'entries')} in each store: CPU, latency, how soon a revocation holds, trips to the store, memory.`,
      ...(beaten.length === 0 ? [] : [`A session beats ${titles(beaten)}.`]),
      ...(left.length === 0 ? [] : [`None beats ${titles(left)}.`]),
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
    'A session beats every revocable token, with CPU, latency, memory, trips to the store and how soon a revocation holds in the balance.',
  refutes: 'No session beats any of them.',
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
    const scores = found.map((opponent) => ({ title: opponent.list.title, ...scoreOf(opponent) }))
    const alike = Map.groupBy(scores, ({ wins, losses }) => {
      const but = wins.length > 0 && losses.length > 0 ? ', but ' : ''
      const [gains, costs] = [wins, losses].map((words) => (words.length === 0 ? '' : formatList(words)))
      return `${gains}${but}${costs}`
    })
    const sentences = [...alike].map(([words, lists]) => {
      const titles = lists.map(({ title }) => title)
      return `Against ${session.title}, ${titles.length > 1 ? 'each of ' : ''}${formatList(titles)} ${words}.`
    })
    const noneLost = !scores.some(({ losses }) => losses.length > 0)
    const noneWon = !scores.some(({ wins }) => wins.length > 0)
    return {
      verdict: noneWon ? 'supported' : noneLost ? 'refuted' : 'depends',
      why: [...sentences, ...(noneWon ? [NOT_TRIED] : [])].join(' '),
      evidence,
    }
  },
}
