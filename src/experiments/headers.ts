import type { Analysis, ExperimentChart, Figure } from '../results/experiment.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { formatList, formatNumber, formatQuantity } from '../units.ts'
import { experiment } from './experiment.ts'
import { type Counted, estimateOf, OK } from './headers/counted.ts'
import {
  type HeadersObservation,
  headersObservationSchema,
  type Request,
  type Spread,
  type TlsRecord,
} from './headers/observation.ts'
import { tablesOf } from './headers/tables.ts'

/** The shortest code of a character has 5 bits (RFC 7541 appendix B). */
const SHORTEST_BYTES = 5 / 8
/** A repeated request that has an index in the place of its credential is smaller than the credential can be written. */
const isIndexed = ({ http2, credential }: Request) =>
  http2.repeated.up.most < SHORTEST_BYTES * credential.least

const PARTS: readonly {
  readonly id: string
  readonly title: string
  readonly of: (request: Request) => Spread
}[] = [
  { id: 'credential', title: 'Credential', of: ({ credential }) => credential },
  { id: 'http1.up', title: 'HTTP/1.1 up', of: ({ http1 }) => http1.up },
  { id: 'http1.down', title: 'HTTP/1.1 down', of: ({ http1 }) => http1.down },
  { id: 'http2.first.up', title: 'HTTP/2 first, up', of: ({ http2 }) => http2.first.up },
  { id: 'http2.first.down', title: 'HTTP/2 first, down', of: ({ http2 }) => http2.first.down },
  { id: 'http2.repeated.up', title: 'HTTP/2 repeated, up', of: ({ http2 }) => http2.repeated.up },
  { id: 'http2.repeated.down', title: 'HTTP/2 repeated, down', of: ({ http2 }) => http2.repeated.down },
]

const figuresOf = ({ requests, strategies }: Counted): readonly Figure[] =>
  requests.flatMap((request) =>
    PARTS.map(({ id, title, of }) => ({
      id,
      title,
      subject: request.strategy,
      label: strategies.find((info) => info.id === request.strategy)?.title ?? request.strategy,
      params: { roles: request.roles, transport: request.transport, status: request.status },
      unit: 'B',
      estimate: estimateOf(of(request), request.samples),
    })),
  )

/** `134 B`, `544 to 913 B`; null: there is none. */
function rangeText(values: readonly number[]): string | null {
  if (values.length === 0) return null
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return least === most
    ? formatQuantity(least, 'B')
    : `${formatNumber(least)} to ${formatQuantity(most, 'B')}`
}

function sentencesOf(counted: Counted, tls: readonly TlsRecord[]): string[] {
  const { requests, strategies, find } = counted
  const roles = [...new Set(requests.map((request) => request.roles))].sort((a, b) => a - b)
  const [least = 0, most = 0] = [roles[0], roles.at(-1)]
  const upOf = (
    isWanted: (info: StrategyInfo) => boolean,
    count: number,
    transport: Request['transport'],
    of: (request: Request) => Spread,
  ) =>
    rangeText(
      strategies.filter(isWanted).flatMap(({ id }) => {
        const request = find(id, count, transport)
        return request === undefined || request.status !== OK ? [] : [of(request).value]
      }),
    )
  const isSession = ({ state, family }: StrategyInfo) => state === 'stateful' && family === 'session'
  const isToken = ({ state }: StrategyInfo) => state === 'stateless' || state === 'hybrid'
  const http1 = ({ http1: { up } }: Request) => up
  const again = ({ http2: { repeated } }: Request) => repeated.up
  const [sessions, tokens] = [isSession, isToken].map((kind) => upOf(kind, least, 'bearer', http1))
  const large = most === least ? null : upOf(isToken, most, 'bearer', http1)
  const [bearers, cookies] = (['bearer', 'cookie'] as const).map((how) => upOf(isToken, least, how, again))
  const resent = requests.filter(
    (request) => request.transport === 'cookie' && request.credential.least > 20 && !isIndexed(request),
  )
  const names = [...new Set(resent.map(({ strategy }) => strategy))].map(
    (id) => strategies.find((info) => info.id === id)?.title ?? id,
  )
  return [
    ...(sessions == null || tokens == null
      ? []
      : [
          `Over HTTP/1.1 a request weighs ${sessions} with a session and ${tokens} with a token, with ${most} roles in its claims ${large ?? tokens}; bearer and cookie differ by the length of their names only.`,
        ]),
    ...(bearers == null || cookies == null
      ? []
      : [
          `Repeated over HTTP/2 a bearer token is sent whole again (${bearers}), because nghttp2 never indexes an authorization header; the same token in a cookie becomes an index (${cookies}).`,
        ]),
    ...(names.length === 0
      ? []
      : [
          `Too large for that index, and sent again as a cookie as well: ${formatList(names)}, at ${[...new Set(resent.map((request) => request.roles))].join(', ')} roles.`,
        ]),
    ...tls
      .slice(0, 1)
      .map(
        ({ up }) =>
          `TLS 1.3 adds ${formatQuantity(up, 'B')} to each record, up and down; it is in none of these numbers.`,
      ),
    ...(strategies.some(({ needs }) => needs.includes('auth-server'))
      ? ['What a server asks its auth server stays on HTTP/1.1, and is not counted here.']
      : []),
  ]
}

function chartsOf({ requests, strategies, find }: Counted): ExperimentChart[] {
  const roles = [...new Set(requests.map((request) => request.roles))].sort((a, b) => a - b)
  const least = roles[0] ?? 0
  const bars = (id: string, title: string, description: string, of: (request: Request) => Spread) => ({
    kind: 'bars' as const,
    id,
    title,
    description,
    unit: 'B',
    rows: strategies
      .flatMap((info) => {
        const request = find(info.id, least, 'bearer')
        return request === undefined
          ? []
          : [{ label: info.title, state: info.state, estimate: estimateOf(of(request), request.samples) }]
      })
      .sort((a, b) => a.estimate.value - b.estimate.value)
      .map(({ estimate, ...row }) => ({ ...row, segments: [{ name: 'request', estimate }] })),
    references: [],
  })
  const first = [...Map.groupBy(strategies, ({ family }) => family).values()].flatMap(([info]) => info ?? [])
  return [
    bars(
      'http1',
      'Request over HTTP/1.1',
      `Bytes of a request, ${least} roles, bearer.`,
      ({ http1 }) => http1.up,
    ),
    bars(
      'http2-again',
      'Repeated request over HTTP/2',
      `Bytes of the second request of a connection, ${least} roles, bearer. In a cookie each of them is an index.`,
      ({ http2 }) => http2.repeated.up,
    ),
    {
      kind: 'curves',
      id: 'roles',
      title: 'Request against roles',
      description: 'HTTP/1.1, bearer; the first strategy of each family.',
      unit: 'B',
      x: { title: 'roles', unit: '', scale: 'linear' },
      rows: first
        .map(({ id, title, state }) => ({
          label: title,
          state,
          points: roles.flatMap((x) => {
            const request = find(id, x, 'bearer')
            return request === undefined
              ? []
              : [{ x, estimate: estimateOf(request.http1.up, request.samples) }]
          }),
        }))
        .filter(({ points }) => points.length > 1),
    },
  ]
}

function analyse(observations: readonly HeadersObservation[], strategies: readonly StrategyInfo[]): Analysis {
  const requests = observations.filter((each) => each.kind === 'request')
  const tls = observations.filter((each) => each.kind === 'tls')
  const counted: Counted = {
    requests,
    strategies,
    find: (strategy, roles, transport) =>
      requests.find(
        (each) => each.strategy === strategy && each.roles === roles && each.transport === transport,
      ),
  }
  return {
    answer: sentencesOf(counted, tls),
    figures: [
      ...figuresOf(counted),
      ...tls.map(({ payload, up }) => ({
        id: 'tls.record',
        title: 'Added by a TLS record',
        subject: 'tls',
        label: 'TLS 1.3',
        params: { payload },
        unit: 'B',
        estimate: estimateOf({ value: up, least: up, most: up }, 1),
      })),
    ],
    tables: tablesOf(counted),
    charts: chartsOf(counted),
  }
}

export const headers = experiment({
  title: 'Bytes of every request',
  question: 'How many bytes does each strategy put on the wire, on a first and on a repeated request?',
  observation: headersObservationSchema,
  analyse,
})
