import { SMALL_SHARE } from '../experiments/ttl/found.ts'
import { USES } from '../experiments/ttl/model.ts'
import type { ExperimentResult, Figure } from '../results/experiment.ts'
import type { MeasuredResults } from '../results/results.ts'
import {
  formatDuration,
  formatEstimate,
  formatList,
  formatNumber,
  formatPercent,
  formatQuantity,
} from '../units.ts'
import { type Claim, type Decision, notMeasured, verdictOf } from './claim.ts'
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

const SENTENCES: Readonly<Record<Place, (uses: string) => string>> = {
  inside: (uses) =>
    `With ${uses} a shorter life than this range has would cost more than ${formatPercent(SMALL_SHARE)} of the CPU, and one inside of it does not.`,
  below: (uses) =>
    `With ${uses} a life below ${minutes(SHORTEST)} costs as little, and leaves a thief less time.`,
  beyond: (uses) => `With ${uses} refreshing is dear up to the longest of these lives.`,
  open: (uses) => `Open, as an interval has an end of the range in it or is missing: ${uses}.`,
}
const DECISIONS: Readonly<Record<Place, Decision>> = {
  inside: 'holds',
  below: 'fails',
  beyond: 'fails',
  open: 'open',
}

/** Of a place: uses in which all strategies are there by their name alone, others with the strategy. */
function usesAt(place: Place, ends: readonly Figure[]): readonly string[] {
  return [...Map.groupBy(ends, useOf)].flatMap(([use, figures]) => {
    const own = figures.filter((figure) => placeOf(figure) === place)
    return own.length === figures.length ? [use] : own.map(({ label }) => `${use} (${label})`)
  })
}

function judge(results: MeasuredResults): ReturnType<Claim['judge']> {
  const experiment = experimentOf(results, EXPERIMENT)
  if (experiment === null) {
    return notMeasured(`The experiment ${EXPERIMENT} was not part of the run: --scenarios ${EXPERIMENT}.`)
  }
  const ends = experiment.figures.filter(({ id }) => id === 'break-even')
  const evidence = evidenceOf(experiment, ends)
  if (ends.length === 0) return notMeasured('What a refresh costs was not measured.', evidence)
  const told = (['inside', 'below', 'beyond', 'open'] as const).flatMap((place) => {
    const uses = usesAt(place, ends)
    return uses.length === 0 ? [] : [SENTENCES[place](formatList(uses))]
  })
  return {
    verdict: verdictOf(ends.map((figure) => DECISIONS[placeOf(figure)])),
    why: [
      ...told,
      `There is no knee: half the life is half the exposure and at most twice the refreshes. Beyond ${minutes(LONGEST)} a stolen token outlives the sessions that OWASP advises.`,
    ].join(' '),
    evidence,
  }
}

export const accessTokenLife: Claim = {
  id: 'access-token-life',
  text: 'An access token should live between 10 minutes and 4 hours, with a refresh token beside it.',
  from: ['ttl'],
  supports: `Whether users ask ${formatList(USES.map(({ requestsPerHour }) => formatNumber(requestsPerHour)))} times an hour, whether their requests only identify them or work as well, and whichever strategy refreshes: the life from which on refreshing takes at most ${formatPercent(SMALL_SHARE)} of their CPU lies between ${minutes(SHORTEST)} and ${minutes(LONGEST)}, with its whole interval.`,
  refutes: 'For none of them it does: the whole interval lies outside of that range.',
  judge,
}
