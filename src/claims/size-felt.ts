import type { ExperimentResult, Figure } from '../results/experiment.ts'
import type { MeasuredResults } from '../results/results.ts'
import { formatEstimate, formatList, formatQuantity } from '../units.ts'
import { type Claim, type Decision, notMeasured, verdictOf } from './claim.ts'
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

const decisionOf = ({ estimate: { low, high } }: Figure): Decision =>
  low !== null && low >= NOTICED_MS ? 'holds' : high !== null && high < NOTICED_MS ? 'fails' : 'open'

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
  const of = (figures: readonly Figure[], wanted: Decision) =>
    figures.filter((figure) => decisionOf(figure) === wanted)
  const what = `${formatQuantity(NOTICED_MS, 'ms')} or more on a page of ${REQUESTS_OF_A_PAGE} requests over HTTP/2`
  const told = (figures: readonly Figure[], tell: (names: string) => string) =>
    figures.length === 0 ? [] : [tell(namesOf(figures))]
  const open = [
    ...told(of(bearer, 'open'), (names) => names),
    ...told(of(cookies, 'open'), (names) => `in a cookie ${names}`),
  ]
  const verdict = verdictOf([...bearer, ...cookies].map(decisionOf))
  const sentences = [
    ...(verdict === 'refuted' ? [`No token adds ${what}.`] : []),
    ...told(of(bearer, 'holds'), (names) => `As a bearer token it adds ${what} for ${names}.`),
    ...(verdict === 'refuted'
      ? []
      : told(of(bearer, 'fails'), (names) => `As a bearer token it adds less for ${names}.`)),
    ...told(of(cookies, 'holds'), (names) => `In a cookie it adds as much for ${names}.`),
    ...(verdict === 'refuted'
      ? []
      : told(
          of(cookies, 'fails'),
          (names) => `In a cookie, which becomes an index, it is not felt for ${names}.`,
        )),
    ...(open.length === 0
      ? []
      : [
          `Open, as an interval has ${formatQuantity(NOTICED_MS, 'ms')} in it or is missing: ${open.join('; ')}.`,
        ]),
  ]
  return { verdict, why: sentences.join(' '), evidence }
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
  supports: `Every token adds ${NOTICED_MS} ms or more to a page of ${REQUESTS_OF_A_PAGE} requests over HTTP/2 and every mobile link, as a bearer token and in a cookie.`,
  refutes: 'None adds as much over any of them, either way.',
  judge(results) {
    const experiment = experimentOf(results, EXPERIMENT)
    return (experiment === null ? null : measured(experiment, results)) ?? computed(results)
  },
}
