import { strategiesWith } from '../analysis/reference-session.ts'
import type { MeasuredResults } from '../results/results.ts'
import { formatList, formatQuantity } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { present, summaryOf, titleOf, valueSentence } from './evidence.ts'

const METRIC = 'bytes.request_head'
/** WebPageTest's "3G" profile: kilobits per second up, milliseconds there and back. */
const UPLINK_KBPS = 768
const ROUND_TRIP_MS = 300
/** Requests of a page that loads much. */
const REQUESTS_OF_A_PAGE = 40

interface Sizes {
  readonly session: { readonly id: string; readonly bytes: number }
  readonly tokens: readonly { readonly id: string; readonly bytes: number }[]
}

/** The opaque credential with the smallest head, and every token; null where one of the two is missing. */
function sizes(results: MeasuredResults): Sizes | null {
  const measured = (...states: readonly ('stateless' | 'stateful' | 'hybrid')[]) =>
    states
      .flatMap((state) => strategiesWith(results, state))
      .flatMap(({ id }) => {
        const estimate = summaryOf(results, id, METRIC)?.estimate
        return estimate === undefined ? [] : [{ id, bytes: estimate.value }]
      })
      .sort((a, b) => a.bytes - b.bytes)
  const [session] = measured('stateful')
  const tokens = measured('stateless', 'hybrid')
  return session === undefined || tokens.length === 0 ? null : { session, tokens }
}

const MISSING =
  'The run needs completed cells of a token and of a session, such as jwt-hs256 and session-redis.'

export const size: Claim = {
  id: 'jwt-size',
  text: 'A JWT makes every request larger.',
  judge(results) {
    const found = sizes(results)
    if (found === null) return notMeasured(MISSING)
    const { session, tokens } = found
    const larger = tokens.filter(({ bytes }) => bytes > session.bytes)
    const evidence = present([session, ...tokens].map(({ id }) => valueSentence(results, id, METRIC)))
    const [smallest, largest] = [tokens[0], tokens.at(-1)]
    const times = (bytes: number | undefined) => ((bytes ?? 0) / session.bytes).toFixed(1)
    const [from, to] = [times(smallest?.bytes), times(largest?.bytes)]
    const range = from === to ? from : `${from} to ${to}`
    const verdict =
      larger.length === tokens.length ? 'supported' : larger.length === 0 ? 'refuted' : 'depends'
    return {
      verdict,
      why:
        verdict === 'supported'
          ? `The request head is ${range} times that of ${titleOf(results, session.id)}, counted in bytes.`
          : `Larger than the head of ${titleOf(results, session.id)}: ${formatList(larger.map(({ id }) => titleOf(results, id)))} of ${tokens.length}.`,
      evidence,
    }
  },
}

export const sizeFelt: Claim = {
  id: 'jwt-size-felt',
  text: 'The size of a JWT is felt on mobile links.',
  judge(results) {
    const found = sizes(results)
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
      `No slow link was measured. Computed for HTTP/1.1, where headers are sent in full: on a 3G uplink of ${UPLINK_KBPS} kbit/s the largest token adds ${formatQuantity(most, 'ms')} to a request whose round trip takes ${ROUND_TRIP_MS} ms: hardly felt once, ${formatQuantity(most * REQUESTS_OF_A_PAGE, 'ms')} when a page sends ${REQUESTS_OF_A_PAGE}.`,
      evidence,
    )
  },
}
