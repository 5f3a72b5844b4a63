import type { ExperimentResult, Figure } from '../results/experiment.ts'
import type { MeasuredResults } from '../results/results.ts'
import { formatDuration, formatEstimate, formatList, formatNumber, formatQuantity } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { experimentOf } from './figures.ts'

const EXPERIMENT = 'ttl'
const MINUTE_MS = 60_000
/** Of the claim, in minutes. */
const SHORTEST = 10
const LONGEST = 240

/**
 * A life is long enough where refreshing takes a small share of the CPU (`break-even` of the experiment), and short enough where a stolen
 * token ends no later than a session would: after 4 hours, where OWASP's absolute timeouts begin (4 to 8 hours, Session Management Cheat Sheet).
 * So the claim holds for users whose break-even lies inside of its range: below 10 minutes a shorter life would cost as little, and
 * beyond 4 hours no life of the range is cheap.
 */
type Place = 'below' | 'inside' | 'beyond' | 'open'

function placeOf({ estimate: { low, high } }: Figure): Place {
  if (low === null || high === null) return 'open'
  if (high < SHORTEST) return 'below'
  if (low > LONGEST) return 'beyond'
  return low >= SHORTEST && high <= LONGEST ? 'inside' : 'open'
}

const useOf = ({ params: { requestsPerHour, handlerUs } }: Figure): string =>
  `${formatNumber(Number(requestsPerHour))} requests an hour${Number(handlerUs) > 0 ? ` that work for ${formatQuantity(Number(handlerUs), 'us')}` : ''}`
const minutes = (value: number): string => formatDuration(MINUTE_MS * value)

function evidenceOf({ figures }: ExperimentResult, ends: readonly Figure[]): string[] {
  const shares = figures.filter(({ id, params }) => id === 'share' && params.life === SHORTEST)
  return [
    ...ends.map(
      (figure) =>
        `${figure.label}, ${useOf(figure)}: refreshing takes little from a life of ${formatEstimate(figure.estimate, 'min')}.`,
    ),
    ...shares.map(
      (figure) =>
        `${figure.label}, ${useOf(figure)}, a life of ${minutes(Number(figure.params.life))}: ${formatEstimate(figure.estimate, '%')} of the CPU.`,
    ),
  ]
}

const SENTENCES: Readonly<Record<Exclude<Place, 'open'>, (uses: string) => string>> = {
  inside: (uses) =>
    `With ${uses} a shorter life than this range has would cost more than 5 % of the CPU, and one inside of it does not.`,
  below: (uses) => `With ${uses} a life below 10 min costs as little, and leaves a thief less time.`,
  beyond: (uses) => `With ${uses} refreshing is dear up to the longest of these lives.`,
}

function judge(results: MeasuredResults): ReturnType<Claim['judge']> {
  const experiment = experimentOf(results, EXPERIMENT)
  if (experiment === null) {
    return notMeasured(`The experiment ${EXPERIMENT} was not part of the run: --scenarios ${EXPERIMENT}.`)
  }
  const ends = experiment.figures.filter(({ id }) => id === 'break-even')
  const evidence = evidenceOf(experiment, ends)
  // One use is one case, whichever strategy refreshes: where they disagree it is open.
  const cases = [...Map.groupBy(ends, useOf)].map(([use, figures]) => {
    const [first = 'open', ...others] = new Set(figures.map(placeOf))
    return { use, place: others.length === 0 ? first : 'open' }
  })
  const decided = cases.filter(({ place }) => place !== 'open')
  if (decided.length === 0) {
    return notMeasured('Too few server processes for an interval of what a refresh costs.', evidence)
  }
  const of = (wanted: Place) => cases.filter(({ place }) => place === wanted)
  const told = (['inside', 'below', 'beyond'] as const).flatMap((place) =>
    of(place).length === 0 ? [] : [SENTENCES[place](formatList(of(place).map(({ use }) => use)))],
  )
  const inside = of('inside').length
  return {
    verdict: inside === cases.length ? 'supported' : inside === 0 ? 'refuted' : 'depends',
    why: [
      ...told,
      'There is no knee: half the life is half the exposure and twice the refreshes. Beyond 4 h a stolen token outlives the sessions that OWASP advises.',
    ].join(' '),
    evidence,
  }
}

export const accessTokenLife: Claim = {
  id: 'access-token-life',
  text: 'An access token should live between 10 minutes and 4 hours, with a refresh token beside it.',
  from: ['ttl'],
  supports:
    'Whether users ask 30, 120 or 1,200 times an hour, and whether their requests work for 1 ms or only identify them: the life from which on refreshing takes at most 5 % of their CPU lies between 10 min and 4 h.',
  refutes: 'For none of them it does.',
  judge,
}
