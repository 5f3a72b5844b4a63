import { strategiesWith } from '../analysis/reference-session.ts'
import type { MeasuredResults } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { formatEstimate, formatList } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { summaryOf, titleOf, valueSentence } from './evidence.ts'
import { experimentOf } from './figures.ts'

const METRIC = 'bytes.request_head'
const EXPERIMENT = 'headers'
const ACCEPTED = 200

interface Size {
  readonly id: string
  readonly bytes: number
  readonly sentence: string
}

export interface Sizes {
  readonly session: Size
  readonly tokens: readonly Size[]
}

type SizeOf = (id: string) => Size | null

/** The opaque credential with the smallest head, and every token; null where one of the two is missing. */
function sizesBy(
  sizeOf: SizeOf,
  strategiesOf: (state: StrategyInfo['state']) => readonly StrategyInfo[],
): Sizes | null {
  const measured = (...states: readonly StrategyInfo['state'][]) =>
    states
      .flatMap((state) => strategiesOf(state).flatMap(({ id }) => sizeOf(id) ?? []))
      .sort((a, b) => a.bytes - b.bytes)
  const [session] = measured('stateful')
  const tokens = measured('stateless', 'hybrid')
  return session === undefined || tokens.length === 0 ? null : { session, tokens }
}

const inCells =
  (results: MeasuredResults): SizeOf =>
  (id) => {
    const summary = summaryOf(results, id, METRIC)
    const sentence = valueSentence(results, id, METRIC)
    return summary === null || sentence === null ? null : { id, bytes: summary.estimate.value, sentence }
  }

/** Of the fewest roles, over HTTP/1.1: a GET is nothing but its head. */
const inExperiment =
  (results: MeasuredResults): SizeOf =>
  (id) => {
    const [figure] = (experimentOf(results, EXPERIMENT)?.figures ?? [])
      .filter(
        ({ id: part, subject, params }) =>
          part === 'http1.up' &&
          subject === id &&
          params.transport === results.config.transport &&
          params.status === ACCEPTED,
      )
      .toSorted((a, b) => Number(a.params.roles) - Number(b.params.roles))
    return figure === undefined
      ? null
      : {
          id,
          bytes: figure.estimate.value,
          sentence: `${figure.label}: ${figure.title} ${formatEstimate(figure.estimate, figure.unit)}.`,
        }
  }

/** As servers were loaded, or else as the experiment counted. */
export const sizesOf = (results: MeasuredResults): Sizes | null =>
  sizesBy(inCells(results), (state) => strategiesWith(results, state)) ??
  sizesBy(inExperiment(results), (wanted) => results.strategies.filter(({ state }) => state === wanted))

export const MISSING =
  'The run needs completed cells, or the experiment headers, of a token and of a session, such as jwt-hs256 and session-redis.'

export const size: Claim = {
  id: 'jwt-size',
  text: 'A JWT makes every request larger.',
  from: ['verify', 'headers'],
  supports: 'Every token makes a request larger than the smallest session does.',
  refutes: 'None does.',
  judge(results) {
    const found = sizesOf(results)
    if (found === null) return notMeasured(MISSING)
    const { session, tokens } = found
    const larger = tokens.filter(({ bytes }) => bytes > session.bytes)
    const evidence = [session, ...tokens].map(({ sentence }) => sentence)
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
