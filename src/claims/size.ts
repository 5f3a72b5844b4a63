import { strategiesWith } from '../analysis/reference-session.ts'
import type { MeasuredResults } from '../results/results.ts'
import { formatList } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { present, summaryOf, titleOf, valueSentence } from './evidence.ts'

const METRIC = 'bytes.request_head'

export interface Sizes {
  readonly session: { readonly id: string; readonly bytes: number }
  readonly tokens: readonly { readonly id: string; readonly bytes: number }[]
}

/** The opaque credential with the smallest head, and every token; null where one of the two is missing. */
export function sizesOf(results: MeasuredResults): Sizes | null {
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

export const MISSING =
  'The run needs completed cells of a token and of a session, such as jwt-hs256 and session-redis.'

export const size: Claim = {
  id: 'jwt-size',
  text: 'A JWT makes every request larger.',
  judge(results) {
    const found = sizesOf(results)
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
