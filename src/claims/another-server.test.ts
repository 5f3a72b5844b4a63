import { expect, test } from 'vitest'
import { exactEstimate } from '../results/estimate.ts'
import type { Figure } from '../results/experiment.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { fakeStrategy } from '../testing/fake-subjects.ts'
import { quiet } from '../testing/quiet-run.ts'
import { anotherServerVerifies, identifiedWithoutState } from './another-server.ts'

const strategies = [
  fakeStrategy({ id: 'jwt-hs256', state: 'stateless' }).info,
  fakeStrategy({ id: 'jwt-es256', state: 'stateless' }).info,
  fakeStrategy({ id: 'jwt-jwks', state: 'stateless', needs: ['auth-server'] }).info,
  fakeStrategy({ id: 'session-redis', state: 'stateful', needs: ['redis'] }).info,
]

const figure = (subject: string, id: string, value: number, of: number, params = {}): Figure => ({
  id,
  title: id,
  subject,
  label: subject,
  params,
  unit: '',
  estimate: exactEstimate(value, of),
})
const phase = (subject: string, name: string, served: number, calls = 0) => [
  figure(subject, 'served', served, 20, { phase: name }),
  figure(subject, 'calls', calls, 20, { phase: name }),
]
const jwks = (changes: { gone?: number; forged?: number; fetches?: number } = {}) => [
  ...phase('jwt-jwks', 'others', 20, 2),
  ...phase('jwt-jwks', 'rotation', 20, 3),
  ...phase('jwt-jwks', 'issuer down', changes.gone ?? 20),
  ...phase('jwt-jwks', 'restarted', 0),
  figure('jwt-jwks', 'forged', changes.forged ?? 0, 118, { holds: 'public keys' }),
  figure('jwt-jwks', 'fetches', changes.fetches ?? 3, 3),
]
const hs256 = [
  ...phase('jwt-hs256', 'others', 20),
  ...phase('jwt-hs256', 'again', 20),
  ...phase('jwt-hs256', 'issuer down', 20),
  ...phase('jwt-hs256', 'restarted', 20),
  figure('jwt-hs256', 'forged', 20, 20, { holds: 'the secret' }),
]
const run = (...figures: Figure[]) => ({
  ...quiet,
  strategies,
  experiments: [fakeExperiment('another-server', figures)],
})

test('another server verifies where services with public keys serve all and forge nothing', () => {
  const { verdict, why, evidence } = anotherServerVerifies.judge(run(...hs256, ...jwks()))
  expect(verdict).toBe('supported')
  expect(why).toContain('Where they share a secret (jwt-hs256) each can forge for all others.')
  expect(why).toContain('serves nobody until it has its keys: jwt-jwks.')
  expect(evidence).toContain(
    'jwt-jwks: 20 of 20 served while whoever logged users in is gone; by a service that starts meanwhile 0 of 20.',
  )
  expect(evidence).toContain(
    'jwt-hs256: forged by a service and accepted by others, with the secret 20 of 20.',
  )
})

test.each([
  ['a user who is not served while the issuer is gone', { gone: 19 }],
  ['a forgery that is accepted', { forged: 1 }],
  ['a storm of fetches', { fetches: 4 }],
])('another server does not verify with %s', (_what, changes) => {
  expect(anotherServerVerifies.judge(run(...jwks(changes))).verdict).toBe('refuted')
})

test('a shared secret says nothing of asymmetric signatures', () => {
  expect(anotherServerVerifies.judge(run(...hs256)).verdict).toBe('not measured')
  expect(anotherServerVerifies.judge(quiet).verdict).toBe('not measured')
})

test('a token identifies without state where nobody is asked, in a process that has just started as well', () => {
  const session = [
    ...phase('session-redis', 'others', 20, 20),
    ...phase('session-redis', 'restarted', 20, 20),
  ]
  const { verdict, why, evidence } = identifiedWithoutState.judge(run(...hs256, ...session))
  expect(verdict).toBe('supported')
  expect(why).toContain('1 token (jwt-hs256)')
  expect(evidence).toContain(
    'session-redis: calls to an auth server or a store 20 for 20 requests; a service that has just started serves 20 of 20.',
  )
})

test('it depends, or not at all, where a token has somebody asked', () => {
  const asking = [...phase('jwt-es256', 'others', 20, 1), ...phase('jwt-es256', 'restarted', 20)]
  expect(identifiedWithoutState.judge(run(...hs256, ...asking)).verdict).toBe('depends')
  expect(identifiedWithoutState.judge(run(...asking)).verdict).toBe('refuted')
  expect(identifiedWithoutState.judge(run(...jwks())).verdict).toBe('not measured')
})
