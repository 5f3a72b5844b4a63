import { expect, test } from 'vitest'
import { fakeResults } from '../testing/fake-results.ts'
import type { Balance, Change, Changed, ScaleOutObservation, Steady } from './scale-out/observation.ts'
import { scaleOut } from './scale-out.ts'

const { strategies } = fakeResults()
const titleOf = (id: string) => strategies.find((info) => info.id === id)?.title ?? ''
const analyse = (...observations: readonly ScaleOutObservation[]) =>
  scaleOut.analyse(observations, strategies)

function counts(refusedUsers: number, perInstance: readonly number[]) {
  return {
    users: 20,
    refusedUsers,
    reads: 160,
    refusedReads: 4 * refusedUsers,
    perInstance: [...perInstance],
  }
}

const steady = (strategy: string, balance: Balance, refusedUsers: number): Steady => ({
  kind: 'steady',
  strategy,
  balance,
  instances: 2,
  ...counts(refusedUsers, [80, 80]),
})

const changed = (
  strategy: string,
  balance: Balance,
  change: Change,
  refusedUsers: number,
  changes: Partial<Changed> = {},
): Changed => ({
  kind: 'change',
  strategy,
  balance,
  change,
  ...counts(refusedUsers, [80, 80, 0, 0]),
  during: [],
  ...changes,
})

test('no observations are no figures, no charts and no answer', () => {
  expect(analyse()).toMatchObject({ answer: [], figures: [], charts: [] })
})

test('who is logged out is told by where sessions are, and whether a cookie leads there', () => {
  const { answer, broken } = analyse(
    { kind: 'balancer', product: 'HAProxy 2.6.12' },
    steady('session-memory', 'round robin', 20),
    changed('session-memory', 'sticky cookie', 'kill', 10),
    changed('session-redis', 'round robin', 'kill', 0),
  )
  expect(answer).toEqual([
    `${titleOf('session-memory')}: with more than one instance and no sticky cookie, 20 of 20 users are refused.`,
    'A sticky cookie mends that until instances go: kill 10 of 20 users have to log in again.',
    `${titleOf('session-redis')}: nobody has to log in again, with any balancer and without a cookie.`,
    'The balancer was HAProxy 2.6.12.',
  ])
  expect(broken).toEqual([])
})

test('users of a shared store, or of a token, who are refused are a broken promise', () => {
  expect(analyse(changed('session-redis', 'round robin', 'scale in', 1)).broken).toEqual([
    expect.stringContaining(`${titleOf('session-redis')} refused 1 user behind a balancer`),
  ])
  expect(analyse(steady('jwt-es256', 'least connections', 2)).broken).toHaveLength(1)
})

test('lost users and the imbalance are exact, failed requests are one observation', () => {
  const { figures } = analyse(
    changed('session-memory', 'sticky cookie', 'scale out', 0, {
      during: [
        [0, 5, 200],
        [20, 5, 401],
        [40, 5, null],
        [60, 5, 502],
      ],
    }),
  )
  const of = (id: string) => figures.find((figure) => figure.id === id)?.estimate
  expect(of('lost')).toMatchObject({ value: 0, low: 0, high: 0 })
  expect(of('imbalance')).toMatchObject({ value: 2, low: 2, high: 2 })
  expect(of('errors')).toMatchObject({ value: 2, low: null })
})

test('what the balancer adds has an interval', () => {
  const addedMs = Array.from({ length: 101 }, (_, index) => index / 100)
  const { figures } = analyse(steady('jwt-es256', 'round robin', 0), {
    kind: 'latency',
    strategy: 'jwt-es256',
    balance: 'round robin',
    addedMs,
  })
  const estimate = figures.find(({ id }) => id === 'added-latency')?.estimate
  expect(estimate?.value).toBe(0.5)
  expect(estimate?.low).toBeLessThan(0.5)
})

const RATIOS: Readonly<Record<number, number>> = { 1: 1, 2: 1.1, 4: 1.25 }

/** The machine gets slower from round to round, for all numbers of instances alike. */
const cpu = (strategy: string, rounds: number, sizes = [1, 2, 4]): readonly ScaleOutObservation[] =>
  Array.from({ length: rounds }).flatMap((_, round) =>
    sizes.map((instances) => ({
      kind: 'cpu' as const,
      strategy,
      round,
      instances,
      cores: 1,
      requests: 400,
      cpuUs: 400 * 50 * (1 + round / 10) * (RATIOS[instances] ?? 1),
    })),
  )

test('CPU of a request with more instances is judged within each round', () => {
  const { figures, tables, answer } = analyse(...cpu('session-redis', 8))
  const ratios = figures.filter(({ id }) => id === 'cpu-of-one')
  expect(ratios.map(({ subject, params }) => [subject, params])).toEqual([
    ['session-redis', { instances: 2, cores: 1 }],
    ['session-redis', { instances: 4, cores: 1 }],
  ])
  for (const [index, percent] of [110, 125].entries()) {
    const { value, low, high, rounds } = ratios[index]?.estimate ?? {}
    for (const end of [value, low, high]) expect(end).toBeCloseTo(percent, 6)
    expect(rounds).toBe(8)
  }
  expect(figures.filter(({ id }) => id === 'cpu')).toHaveLength(3)
  expect(tables?.map(({ caption }) => caption)).toEqual([
    'Server CPU of a request, by the number of instances',
  ])
  expect(answer).toEqual([expect.stringContaining(`With 4 instances a request takes 125`)])
})

test('too few rounds have no interval, and a round that was cut off has no ratio', () => {
  const { figures } = analyse(...cpu('session-redis', 5), ...cpu('jwt-es256', 6, [2, 4]))
  expect(
    figures.filter(({ id }) => id === 'cpu-of-one').map(({ subject, estimate }) => [subject, estimate.low]),
  ).toEqual([
    ['session-redis', null],
    ['session-redis', null],
  ])
})
