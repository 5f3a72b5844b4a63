import { referenceSession, strategiesWith } from '../analysis/reference-session.ts'
import type { ClaimResult, Comparison, MeasuredResults } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import type { Crossover } from '../results/world-results.ts'
import { formatList, formatPercent } from '../units.ts'
import { crossoverText } from '../worlds/words.ts'
import { type Claim, type Decision, notMeasured, SMALL_GAIN, verdictOf } from './claim.ts'
import { comparisonOf, comparisonSentence, doubtOf, present, titleOf, valueSentence } from './evidence.ts'

/** What a user waits for, and what a machine can serve: no part of the verdict, as the load generator may limit both. */
const BESIDE = ['latency.p50', 'throughput'] as const

const ON_TOP = 'The CPU of Redis comes on top for the session only.'
const NOTES = {
  own: `Redis ran on the same machine, so the round trip of a network is missing from the session's latency. ${ON_TOP}`,
  given: `Redis was the one that the user named; how far away it is shows in the session's latency. ${ON_TOP}`,
} as const

interface Group {
  readonly words: string
  readonly verdicts: readonly Comparison['verdict'][]
}

function groupsOf(results: MeasuredResults, compared: readonly Comparison[], session: string): string {
  const groups: readonly Group[] = [
    { words: `Less server CPU than ${session}`, verdicts: ['better'] },
    { words: `More server CPU than ${session}`, verdicts: ['worse'] },
    { words: `Not told apart from ${session}`, verdicts: ['unsure', 'equal'] },
    { words: `Too few rounds in common with ${session}`, verdicts: ['not judged'] },
  ]
  return groups
    .flatMap(({ words, verdicts }) => {
      const names = compared.filter(({ verdict }) => verdicts.includes(verdict))
      return names.length === 0
        ? []
        : [`${words}: ${formatList(names.map(({ strategy }) => titleOf(results, strategy)))}.`]
    })
    .join(' ')
}

const OPENINGS: Readonly<Record<ClaimResult['verdict'], string>> = {
  supported: '',
  refuted: `No token saves ${formatPercent(SMALL_GAIN)} of the server CPU or more. `,
  depends: 'Algorithm and library decide. ',
  open: '',
  'not measured': '',
}

/** Of the median latency; the closed loop where the run has both. */
const crossoversOf = ({ crossovers = [] }: MeasuredResults, tokens: readonly StrategyInfo[]) => {
  const own = crossovers.filter(
    ({ metric, strategy, low }) =>
      metric === 'latency.p50' && low !== null && tokens.some(({ id }) => id === strategy),
  )
  return own.filter(({ scenario }) => scenario === own[0]?.scenario)
}

/** Where no difference is shown, the interval may still show that the token saves next to nothing. */
function decisionOf({ verdict, ratio }: Comparison): Decision {
  if (verdict === 'better') return 'holds'
  if (verdict === 'worse' || verdict === 'equal') return 'fails'
  const saves = verdict === 'not judged' ? null : (ratio?.low ?? null)
  return saves !== null && saves > 1 - SMALL_GAIN ? 'fails' : 'open'
}

/** Near, the session is the quicker one, further out the token is: the latency alone would say yes and no. */
function distancesOf({ low, high }: Crossover): 'crossed' | 'one side' | 'open' {
  if (low === 'beyond' || high === 0) return 'one side'
  return low !== 0 && high !== 'beyond' ? 'crossed' : 'open'
}

export const speed: Claim = {
  id: 'jwt-speed',
  text: 'A JWT costs the server less CPU than a session lookup.',
  from: ['verify', 'store-distance'],
  supports:
    'Every stateless token is shown to cost less server CPU than a session in Redis; where distances of the store were measured, the median latency of none begins above that of the session and ends below.',
  refutes: `Every one is shown to save less than ${formatPercent(SMALL_GAIN)} of it, or to cost more, and no median latency begins above that of the session and ends below.`,
  judge(results) {
    const session = referenceSession(results)
    const tokens = session === null ? [] : strategiesWith(results, 'stateless')
    const against = (metric: string) =>
      tokens.flatMap(({ id }) => comparisonOf(results, metric, id, session?.id ?? '') ?? [])
    const compared = against('cpu.server')
    if (session === null || compared.length === 0) {
      return notMeasured(
        'The run needs completed cells of the scenario verify, of a stateless strategy and of a session in Redis, such as jwt-hs256 and session-redis.',
      )
    }
    const onTop = valueSentence(results, session.id, 'cpu.redis')
    const evidence = present([
      ...compared.map((comparison) => comparisonSentence(results, comparison)),
      onTop === null ? null : `On top of its server CPU, ${onTop}`,
      ...BESIDE.flatMap(against).map((comparison) => comparisonSentence(results, comparison)),
    ])
    const crossovers = crossoversOf(results, tokens)
    evidence.push(...crossovers.map((each) => crossoverText(each, (id) => titleOf(results, id))))
    const byCpu = verdictOf(compared.map(decisionOf))
    // Tokens on both sides settle it, whatever a token that is not judged would add.
    const doubt = doubtOf(results, byCpu === 'depends' ? [] : compared)
    if (doubt !== null) return notMeasured(doubt, evidence)
    const { redisOrigin } = results.environment
    const note = redisOrigin === null ? '' : ` ${NOTES[redisOrigin]}`
    const distances =
      crossovers.length === 0
        ? ''
        : ` Latency by the distance of the store: ${crossovers.map((each) => crossoverText(each, (id) => titleOf(results, id))).join(' ')}`
    const why = `${groupsOf(results, compared, session.title)}${note}${distances}`
    if (byCpu === 'depends' || byCpu === 'open')
      return { verdict: byCpu, why: `${OPENINGS[byCpu]}${why}`, evidence }
    const places = crossovers.map(distancesOf)
    if (places.includes('crossed'))
      return { verdict: 'depends', why: `The distance of the store decides. ${why}`, evidence }
    if (places.includes('open'))
      return { verdict: 'open', why: `Whether the distance of the store decides is open. ${why}`, evidence }
    return { verdict: byCpu, why: `${OPENINGS[byCpu]}${why}`, evidence }
  },
}
