import type { ExperimentResult } from '../results/experiment.ts'
import type { MeasuredResults } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { formatList, formatPercent, formatQuantity } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { experimentOf, figureOf } from './figures.ts'

const EXPERIMENT = 'headers'
const ACCEPTED = 200
/** How much larger one may be than the other and still count as the same: names of headers differ by a few bytes. */
const SAME_SHARE = 0.05

interface Both {
  readonly title: string
  readonly works: boolean
  readonly http1: readonly [bearer: number, cookie: number]
  readonly again: readonly [bearer: number, cookie: number]
}

/** A credential in both places, with the fewest roles; null: not measured in both. */
function bothOf(experiment: ExperimentResult, { id, title }: StrategyInfo): Both | null {
  const roles = Math.min(
    ...experiment.figures.flatMap(({ subject, params }) =>
      subject === id && typeof params.roles === 'number' ? [params.roles] : [],
    ),
  )
  const of = (figure: string, transport: 'bearer' | 'cookie') =>
    figureOf(experiment, figure, id, { roles, transport })
  const [bearer, cookie] = [of('http1.up', 'bearer'), of('http1.up', 'cookie')]
  const [bearerAgain, cookieAgain] = [of('http2.repeated.up', 'bearer'), of('http2.repeated.up', 'cookie')]
  if (bearer === null || cookie === null || bearerAgain === null || cookieAgain === null) return null
  return {
    title,
    works: [bearer, cookie].every(({ params }) => params.status === ACCEPTED),
    http1: [bearer.estimate.value, cookie.estimate.value],
    again: [bearerAgain.estimate.value, cookieAgain.estimate.value],
  }
}

const sizes = ([bearer, cookie]: readonly [number, number]): string =>
  `${formatQuantity(bearer, 'B')} as a bearer token, ${formatQuantity(cookie, 'B')} in a cookie`

const isSame = ([one, other]: readonly [number, number]): boolean =>
  Math.abs(one - other) <= SAME_SHARE * Math.min(one, other)

function judge(results: MeasuredResults): ReturnType<Claim['judge']> {
  const experiment = experimentOf(results, EXPERIMENT)
  if (experiment === null) {
    return notMeasured(`The experiment ${EXPERIMENT} was not part of the run: --scenarios ${EXPERIMENT}.`)
  }
  const tokens = subjectsOf(experiment, results, ['stateless', 'hybrid'])
  if (tokens.length === 0) return notMeasured('No token was counted in both places.')
  const evidence = [...tokens, ...subjectsOf(experiment, results, ['stateful'])].map(
    ({ title, http1, again }) =>
      `${title}: over HTTP/1.1 ${sizes(http1)}; repeated over HTTP/2 ${sizes(again)}.`,
  )
  const refused = tokens.filter(({ works }) => !works)
  if (refused.length > 0) {
    return {
      verdict: 'refuted',
      why: `Not accepted in both places: ${formatList(refused.map(({ title }) => title))}.`,
      evidence,
    }
  }
  const dearer = tokens.filter(({ http1, again }) => !isSame(http1) || !isSame(again))
  const all = `Every one of ${tokens.length} tokens is accepted in a cookie as well as in the authorization header`
  if (dearer.length === 0) {
    return {
      verdict: 'supported',
      why: `${all}, and weighs the same within ${formatPercent(SAME_SHARE)}.`,
      evidence,
    }
  }
  const factors = dearer.map(({ again: [bearer, cookie] }) => bearer / cookie)
  const [least, most] = [Math.min(...factors), Math.max(...factors)].map(Math.round)
  return {
    verdict: 'depends',
    why: `${all}, and over HTTP/1.1 both weigh the same. Over HTTP/2 the place matters: repeated requests with a bearer token are ${least === most ? `${most}` : `${least} to ${most}`} times as large as those with the same token in a cookie, which becomes an index while it fits into the table of headers that both sides keep.`,
    evidence,
  }
}

function subjectsOf(
  experiment: ExperimentResult,
  { strategies }: MeasuredResults,
  states: readonly StrategyInfo['state'][],
): readonly Both[] {
  return strategies
    .filter(({ state }) => states.includes(state))
    .flatMap((strategy) => bothOf(experiment, strategy) ?? [])
}

export const transportIsNeutral: Claim = {
  id: 'transport-is-neutral',
  text: 'JWT is not opposed to cookies, but to stateful tokens: where a credential travels is a choice of its own.',
  from: ['headers'],
  supports: `Every token is accepted in a cookie as well as in the header, and weighs the same in both within ${formatPercent(SAME_SHARE)}.`,
  refutes: 'A token is not accepted in both.',
  judge,
}
