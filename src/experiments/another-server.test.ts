import { expect, test } from 'vitest'
import { fakeStrategy } from '../testing/fake-subjects.ts'
import type { FloodObservation, MisusedObservation, ServedObservation } from './another-server/observation.ts'
import { anotherServer } from './another-server.ts'

const token = fakeStrategy({ id: 'jwt-jwks', state: 'stateless', needs: ['auth-server'] }).info
const asking = fakeStrategy({ id: 'introspection', state: 'stateful', needs: ['auth-server', 'redis'] }).info

const served = (changes: Partial<ServedObservation> = {}): ServedObservation => ({
  kind: 'served',
  strategy: token.id,
  phase: 'issuer down',
  asked: 20,
  served: 20,
  unavailable: 0,
  calls: 0,
  ...changes,
})
const forged = (changes: Partial<MisusedObservation> = {}): MisusedObservation => ({
  kind: 'misused',
  strategy: token.id,
  how: 'forged',
  holds: 'public keys',
  sent: 118,
  accepted: 0,
  ...changes,
})
const flood = (changes: Partial<FloodObservation> = {}): FloodObservation => ({
  kind: 'flood',
  strategy: token.id,
  services: 3,
  sent: 300,
  accepted: 0,
  fetches: 3,
  ...changes,
})
const analysed = (...observations: (ServedObservation | MisusedObservation | FloodObservation)[]) =>
  anotherServer.analyse(observations, [token, asking])

test('requests, calls and forgeries are counted for each strategy, over all trials', () => {
  const { figures, answer, tables } = analysed(
    served(),
    served({ served: 19, unavailable: 1, calls: 2 }),
    forged({ holds: 'the secret', sent: 20, accepted: 20 }),
    flood(),
    served({ strategy: asking.id, served: 0, unavailable: 20 }),
  )
  const values = figures.map(({ id, subject, estimate }) => [id, subject, estimate.value, estimate.rounds])
  expect(values).toEqual([
    ['served', 'jwt-jwks', 39, 40],
    ['calls', 'jwt-jwks', 2, 40],
    ['forged', 'jwt-jwks', 20, 20],
    ['fetches', 'jwt-jwks', 3, 3],
    ['served', 'introspection', 0, 20],
    ['calls', 'introspection', 0, 20],
  ])
  expect(answer[0]).toContain('serve 39 of 40 with jwt-jwks; 0 of 20 with introspection.')
  expect(answer[1]).toContain('with the secret 20 of 20')
  expect(answer[2]).toContain('0 of 300 accepted; 3 services fetched the keys 3 times')
  expect(tables?.[0]?.rows).toEqual([
    ['jwt-jwks', '39 of 40'],
    ['introspection', '0 of 20'],
  ])
})

test('nothing is broken where who has to ask cannot serve, and where who has the secret forges', () => {
  const { broken } = analysed(
    served({ strategy: asking.id, served: 0, unavailable: 20 }),
    served({ phase: 'restarted', served: 0, unavailable: 20 }),
    forged({ holds: 'the secret', accepted: 20 }),
    forged({ how: 'replayed', accepted: 20 }),
    flood(),
  )
  expect(broken).toEqual([])
})

test.each([
  ['a good credential that is refused', served({ served: 19 })],
  ['a token that cannot be verified without its issuer', served({ served: 0, unavailable: 20 })],
  ['whoever cannot serve while all are there', served({ phase: 'again', served: 19, unavailable: 1 })],
  ['a forgery without a key', forged({ accepted: 1 })],
  ['a made-up key name that is accepted', flood({ accepted: 1 })],
  ['a fetch for more than one made-up name', flood({ fetches: 4 })],
])('a promise is broken by %s', (_what, observation) => {
  expect(analysed(observation).broken).toHaveLength(1)
})
