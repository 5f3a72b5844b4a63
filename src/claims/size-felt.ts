import type { ExperimentResult, Figure } from '../results/experiment.ts'
import type { MeasuredResults } from '../results/results.ts'
import { formatEstimate, formatList, formatQuantity } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { titleOf } from './evidence.ts'
import { experimentOf } from './figures.ts'
import { MISSING, sizesOf } from './size.ts'

const EXPERIMENT = 'links'
/** What a person begins to notice of a page: Nielsen, Usability Engineering, 1993, section 5.5. */
const NOTICED_MS = 100
const MOBILE = ['edge', '3g', '4g']
/** Requests of a page that loads much. */
const REQUESTS_OF_A_PAGE = 40
/** WebPageTest's "3G" profile: kilobits per second up, milliseconds there and back. */
const UPLINK_KBPS = 768
const ROUND_TRIP_MS = 300

/** What the experiment has of one token over mobile links: of the longest page, over HTTP/2, cold. */
function addedOf(
  { figures }: ExperimentResult,
  { strategies }: MeasuredResults,
  way: string,
): readonly Figure[] {
  const isToken = ({ subject }: Figure) =>
    strategies.some(({ id, state }) => id === subject && (state === 'stateless' || state === 'hybrid'))
  const found = figures.filter(
    (figure) =>
      figure.id === 'page.added' &&
      isToken(figure) &&
      figure.params.way === way &&
      figure.params.start === 'cold' &&
      figure.params.requests === REQUESTS_OF_A_PAGE &&
      MOBILE.includes(String(figure.params.link)),
  )
  return found.toSorted(
    (a, b) => MOBILE.indexOf(String(a.params.link)) - MOBILE.indexOf(String(b.params.link)),
  )
}

type Judgement = 'felt' | 'not felt' | 'open'

const judgementOf = ({ estimate: { low, high } }: Figure): Judgement =>
  low !== null && low >= NOTICED_MS ? 'felt' : high !== null && high < NOTICED_MS ? 'not felt' : 'open'

const placeOf = ({ label, params }: Figure): string => `${label} over ${String(params.link).toUpperCase()}`
const namesOf = (figures: readonly Figure[]): string => formatList(figures.map(placeOf))
const sentenceOf = (figure: Figure): string =>
  `${placeOf(figure)}: ${formatEstimate(figure.estimate, figure.unit, { signed: true })} for ${REQUESTS_OF_A_PAGE} requests.`

function measured(experiment: ExperimentResult, results: MeasuredResults): ReturnType<Claim['judge']> | null {
  const bearer = addedOf(experiment, results, 'http2-bearer')
  if (bearer.length === 0) return null
  const cookies = addedOf(experiment, results, 'http2-cookie')
  const evidence = [
    ...bearer.map((figure) => `As a bearer token over HTTP/2, ${sentenceOf(figure)}`),
    ...cookies.map((figure) => `In a cookie over HTTP/2, ${sentenceOf(figure)}`),
  ]
  const of = (figures: readonly Figure[], wanted: Judgement) =>
    figures.filter((figure) => judgementOf(figure) === wanted)
  if (of(bearer, 'open').length === bearer.length) {
    return notMeasured(
      `Too few repetitions for an interval, or intervals on both sides of ${NOTICED_MS} ms.`,
      evidence,
    )
  }
  const [felt, others] = [of(bearer, 'felt'), of(bearer, 'not felt')]
  const spared = of(cookies, 'not felt').filter((figure) =>
    felt.some((same) => placeOf(same) === placeOf(figure)),
  )
  const what = `more than ${formatQuantity(NOTICED_MS, 'ms')} on a page of ${REQUESTS_OF_A_PAGE} requests over HTTP/2`
  if (felt.length === 0) return { verdict: 'refuted', why: `No token adds ${what}.`, evidence }
  const sentences = [
    `As a bearer token it adds ${what} for ${namesOf(felt)}.`,
    ...(others.length === 0 ? [] : [`It adds less for ${namesOf(others)}.`]),
    ...(spared.length === 0
      ? []
      : [`In a cookie, which becomes an index, it is not felt for ${namesOf(spared)}.`]),
  ]
  const isAll = felt.length === bearer.length && spared.length === 0
  return { verdict: isAll ? 'supported' : 'depends', why: sentences.join(' '), evidence }
}

/** From bytes alone, where no link was measured. */
function computed(results: MeasuredResults): ReturnType<Claim['judge']> {
  const found = sizesOf(results)
  if (found === null) return notMeasured(MISSING)
  const { session, tokens } = found
  const extraMs = ({ bytes }: { readonly bytes: number }) => ((bytes - session.bytes) * 8) / UPLINK_KBPS
  const [smallest, largest] = [tokens[0], tokens.at(-1)]
  const ends = tokens.filter(
    (token) => token === smallest || (token === largest && token.bytes !== smallest?.bytes),
  )
  const evidence = ends.map((token) => {
    const bytes = formatQuantity(token.bytes - session.bytes, 'B')
    const [once, page] = [extraMs(token), extraMs(token) * REQUESTS_OF_A_PAGE]
    return `${titleOf(results, token.id)}: ${bytes} exact more than ${titleOf(results, session.id)}, ${formatQuantity(once, 'ms')} per request and ${formatQuantity(page, 'ms')} for ${REQUESTS_OF_A_PAGE} requests on ${UPLINK_KBPS} kbit/s (computed from the exact bytes).`
  })
  const most = Math.max(...tokens.map(extraMs))
  return notMeasured(
    `No slow link was measured. Computed for HTTP/1.1, where headers are sent in full: on a 3G uplink of ${UPLINK_KBPS} kbit/s the largest token adds ${formatQuantity(most, 'ms')} to a request whose round trip takes ${ROUND_TRIP_MS} ms. One request hardly shows it; a page of ${REQUESTS_OF_A_PAGE} requests takes ${formatQuantity(most * REQUESTS_OF_A_PAGE, 'ms')} longer.`,
    evidence,
  )
}

export const sizeFelt: Claim = {
  id: 'jwt-size-felt',
  text: 'The size of a JWT is felt on mobile links.',
  from: ['links'],
  supports: 'Every token adds more than 100 ms to a page of 40 requests over every mobile link.',
  refutes: 'None adds as much over any of them.',
  judge(results) {
    const experiment = experimentOf(results, EXPERIMENT)
    return (experiment === null ? null : measured(experiment, results)) ?? computed(results)
  },
}
