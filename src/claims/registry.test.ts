import { expect, test } from 'vitest'
import { analyse } from '../analyse.ts'
import { ATTACKS } from '../experiments/forgery/observation.ts'
import { exactEstimate } from '../results/estimate.ts'
import type { Figure } from '../results/experiment.ts'
import type { Estimate } from '../results/results.ts'
import { fakeCells } from '../testing/fake-cells.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { FAKE_STRATEGIES, fakeContext, fakeStrategy } from '../testing/fake-subjects.ts'
import { withExperiments } from '../with-experiments.ts'
import { CLAIMS } from './registry.ts'

/** What the article says, in its order, and what is said against it. */
const LISTED = [
  'identified-without-state',
  'forged-subject',
  'another-server-verifies',
  'libraries-handle-standard-issues',
  'transport-is-neutral',
  'cookies-csrf',
  'jwt-size',
  'jwt-size-felt',
  'jwt-revocation',
  'blacklist-loses-the-point',
  'stateless-saves-the-store',
  'most-apps-need-a-database-anyway',
  'leaked-without-expiry',
  'access-token-life',
  'refresh-restores-ergonomics',
  'access-token-outlives-revocation',
  'split-apis',
  'sticky-sessions',
  'more-work-no-value',
  'jwt-speed',
]

const refreshing = fakeStrategy({
  id: 'jwt-refresh',
  state: 'hybrid',
  needs: ['redis'],
  refreshes: true,
  revocation: { effect: 'at-expiry' },
  family: 'token and auth server',
}).info
const signed = fakeStrategy({ id: 'jwt-jwks', state: 'stateless', needs: ['auth-server'] }).info
/** No scenario loads these. */
const TRIED = [refreshing, signed]
const STATELESS = 'jwt-hs256'

const figure = (id: string, subject: string, params: Figure['params'], estimate: Estimate): Figure => ({
  id,
  title: id,
  subject,
  label: subject,
  params,
  unit: '',
  estimate,
})
const exactly = (value: number) => exactEstimate(value, 10)
const [forged = ''] = Object.entries(ATTACKS).flatMap(([id, { namesAnother }]) => (namesAnother ? [id] : []))

const FIGURES: Readonly<Record<string, readonly Figure[]>> = {
  forgery: ['readme', 'options', 'ours'].map((configuration) =>
    figure('accepted', 'jose', { attack: forged, configuration }, exactly(0)),
  ),
  headers: ['bearer', 'cookie'].flatMap((transport) =>
    ['http1.up', 'http2.repeated.up'].map((id) =>
      figure(id, STATELESS, { roles: 0, transport, status: 200 }, exactly(500)),
    ),
  ),
  links: ['http2-bearer', 'http2-cookie'].map((way) =>
    figure('page.added', STATELESS, { link: 'edge', way, requests: 40, start: 'cold' }, exactly(300)),
  ),
  'refresh-race': [figure('false-logouts', 'jwt-refresh', { kind: 'parallel' }, exactly(0))],
  revocation: [figure('lag.max', 'jwt-refresh', { instances: 2, fault: 'none' }, exactly(1500))],
  ttl: [figure('break-even', 'jwt-refresh', { requestsPerHour: 120, handlerUs: 0 }, exactly(30))],
  csrf: [figure('forged', 'session-memory', { sameSite: 'lax', defence: 'cookie alone' }, exactly(1))],
  'another-server': [
    ...['others', 'again', 'issuer down', 'restarted'].flatMap((phase) =>
      [STATELESS, signed.id].flatMap((id) => [
        figure('served', id, { phase }, exactly(10)),
        figure('calls', id, { phase }, exactly(0)),
      ]),
    ),
    figure('forged', signed.id, { holds: 'public keys' }, exactly(0)),
  ],
  split: [
    ...['redis', 'auth-api'].map((gone) => figure('served.reads', refreshing.id, { gone }, exactly(100))),
    ...['io.redis-commands', 'io.auth-calls'].map((id) => figure(id, refreshing.id, {}, exactly(0))),
  ],
  'scale-out': ['session-memory', 'session-redis', STATELESS].flatMap((id) =>
    ['sticky cookie', 'round robin'].map((balance) =>
      figure('lost', id, { balance, change: 'kill' }, exactly(id === 'session-memory' ? 5 : 0)),
    ),
  ),
  leak: ['noticed', 'endless'].map((id) =>
    figure(id, 'jwt', { theft: 'no expiry' }, exactly(id === 'endless' ? 10 : 0)),
  ),
}

test('every claim of the article is there, once and in its order', () => {
  expect(CLAIMS.map(({ id }) => id)).toEqual(LISTED)
})

test('with what the scenarios and experiments of its claims find, each has a verdict', () => {
  const load = (scenario: string, params = {}) =>
    fakeCells({ strategies: FAKE_STRATEGIES, rounds: 6, scenario, params, noise: 0.002 })
  const context = fakeContext(FAKE_STRATEGIES, 6)
  const [verify] = context.scenarios
  if (verify === undefined) throw new Error('no scenario')
  const results = analyse(
    [
      ...load('verify'),
      ...[{ waitMs: 0 }, { waitMs: 5 }, { rows: 'redis' }].flatMap((params) => load('handler-work', params)),
    ],
    { ...context, scenarios: [verify, { ...verify, id: 'handler-work', worlds: true }] },
  )
  const { claims } = withExperiments(results, {
    experiments: Object.entries(FIGURES).map(([id, figures]) => fakeExperiment(id, figures)),
    strategies: [...results.strategies, ...TRIED],
    partial: false,
    finishedAt: new Date(),
  })
  const open = claims.filter(({ verdict }) => verdict === 'not measured')
  expect(open.map(({ id, why }) => `${id}: ${why}`)).toEqual([])
})

test('every claim says what decides it, what would support it and what would refute it', () => {
  for (const { from, supports, refutes } of CLAIMS) {
    expect(from).not.toEqual([])
    for (const sentence of [supports, refutes]) expect(sentence).toMatch(/\.$/)
  }
})
