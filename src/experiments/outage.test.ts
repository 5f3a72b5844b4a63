import { describe, expect, test } from 'vitest'
import { fakeResults } from '../testing/fake-results.ts'
import type { Answer } from './answers.ts'
import type { OutageObservation } from './outage/observation.ts'
import { outage } from './outage.ts'

const { strategies } = fakeResults()
const titleOf = (id: string) => strategies.find((info) => info.id === id)?.title ?? ''

/** Away from 1 s to 5 s, a read every 100 ms. */
function observed(
  strategy: string,
  statusAt: (sentMs: number) => number | null,
  changes: Partial<OutageObservation> = {},
): OutageObservation {
  const every = Array.from({ length: 60 }, (_, index) => index * 100)
  return {
    strategy,
    fault: 'paused',
    fromMs: 1000,
    toMs: 5000,
    reads: every.map((sentMs): Answer => [sentMs, 10, statusAt(sentMs)]),
    logins: [],
    anonymous: every.map((sentMs): Answer => [sentMs, 5, 200]),
    recoveredMs: 60,
    users: 20,
    loggedOut: 0,
    refreshing: 0,
    refreshingLoggedOut: 0,
    revoked: 5,
    revived: 0,
    memoryBytes: null,
    ...changes,
  }
}
const isAway = (sentMs: number) => sentMs >= 1000 && sentMs < 5000
const faithful = (sentMs: number) => (isAway(sentMs) ? 503 : 200)
const brokenOf = (...observations: readonly OutageObservation[]) =>
  outage.analyse(observations, strategies).broken

test('no observations are no figures, no charts and no answer', () => {
  expect(outage.analyse([], strategies)).toMatchObject({ answer: [], figures: [], charts: [], broken: [] })
})

test('503 while the store is away and the same credentials afterwards keep every promise', () => {
  const { broken, answer } = outage.analyse([observed('session-redis', faithful)], strategies)
  expect(broken).toEqual([])
  expect(answer[0]).toMatch(/1 strategy answered 503 .* logged out nobody who did nothing/)
})

test('a strategy that answers 401 while the store is away is found', () => {
  const broken = brokenOf(observed('session-redis', (sentMs) => (sentMs === 3000 ? 401 : faithful(sentMs))))
  expect(broken).toEqual([
    expect.stringContaining(`${titleOf('session-redis')} answered 1 request with a good credential 401`),
  ])
})

test.each([500, null])('so is one that answers %s', (status) => {
  expect(brokenOf(observed('session-redis', (at) => (isAway(at) ? status : 200)))).toHaveLength(1)
})

test('a store that lost everything may refuse, and nothing but refuse', () => {
  const lost = { fault: 'emptied', loggedOut: 20, revived: 5 } as const
  expect(brokenOf(observed('session-redis', (at) => (at < 1000 ? 200 : 401), lost))).toEqual([])
  expect(brokenOf(observed('session-redis', (at) => (at < 1000 ? 200 : 500), lost))).toHaveLength(1)
})

test('a revocable token that is accepted without its list is found, and one without a list is not', () => {
  expect(brokenOf(observed('jwt-blacklist', () => 200))).toEqual([
    expect.stringContaining('could no longer know what had been revoked'),
  ])
  expect(brokenOf(observed('jwt-es256', () => 200))).toEqual([])
})

test('the time that it takes to save and kill the store is not a time without it', () => {
  // Dead at 3 s: nothing was accepted more than a second later.
  const slow = { goneMs: 3000 }
  const dead = (sentMs: number) => (sentMs >= 3000 && sentMs < 5000 ? 503 : 200)
  const { broken, tables } = outage.analyse([observed('jwt-blacklist', dead, slow)], strategies)
  expect(broken).toEqual([])
  expect(tables?.[0]?.rows[0]?.[1]).toBe('503: 20')
  expect(brokenOf(observed('jwt-blacklist', () => 200, slow))).toHaveLength(1)
})

describe('an answer within the limit', () => {
  const waiting = (tookMs: number): Partial<OutageObservation> => ({
    reads: [
      [900, 5, 200],
      [2000, tookMs, 503],
    ],
  })

  test('is a promise: a request that waits longer breaks it', () => {
    expect(brokenOf(observed('session-redis', faithful, waiting(990)))).toEqual([])
    expect(brokenOf(observed('session-redis', faithful, waiting(1200)))).toEqual([
      expect.stringContaining('let a request wait for 1.2 s'),
    ])
  })

  test('goes without what this machine made every request wait', () => {
    const busy = { ...waiting(1200), anonymous: [[1900, 700, 200]] satisfies Answer[] }
    expect(brokenOf(observed('session-redis', faithful, busy))).toEqual([])
  })
})

test.each([
  ['a route without credentials that fails', { anonymous: [[2000, 5, 503]] satisfies Answer[] }],
  ['no recovery', { recoveredMs: null }],
  ['users who are logged out though nothing was lost', { loggedOut: 1 }],
  ['revoked credentials that are accepted again though nothing was lost', { revived: 1 }],
  ['a login that is refused', { logins: [[2000, 5, 401]] satisfies Answer[] }],
])('%s breaks a promise', (_name, changes) => {
  expect(brokenOf(observed('session-redis', faithful, changes))).toHaveLength(1)
})

test('a strategy that says itself that it needs its store for everything is not held to it', () => {
  const excused = strategies.map((info) => ({
    ...info,
    exceptions: { A01: { reason: 'it saves every request', cases: ['answers 503'] } },
  }))
  const observations = [observed('session-redis', () => 500)]
  expect(outage.analyse(observations, excused).broken).toEqual([])
})

test('what was lost is told: who is logged out, and which revoked credentials are back', () => {
  const { answer, figures } = outage.analyse(
    [
      observed('session-redis', faithful, { fault: 'emptied', loggedOut: 20 }),
      observed('jwt-blacklist', faithful, { fault: 'emptied', revived: 5 }),
    ],
    strategies,
  )
  expect(answer).toEqual([
    `A Redis that loses what it held logs out everybody with ${titleOf('session-redis')}; nobody with ${titleOf('jwt-blacklist')}.`,
    expect.stringContaining('accepted again'),
  ])
  const of = (id: string, subject: string) =>
    figures.find((figure) => figure.id === id && figure.subject === subject)?.estimate
  expect(of('logged-out', 'session-redis')).toMatchObject({ value: 20, low: 20, high: 20 })
  expect(of('revived', 'jwt-blacklist')).toMatchObject({ value: 5, low: 5, high: 5 })
  // Seen once: no interval, and not called exact.
  expect(of('recovery', 'session-redis')).toMatchObject({ value: 60, low: null })
})

test('some users are not everybody', () => {
  const { answer } = outage.analyse(
    [
      observed('session-redis', faithful, { fault: 'emptied', loggedOut: 20 }),
      observed('session-redis', faithful, { fault: 'evicting', loggedOut: 3 }),
    ],
    strategies,
  )
  expect(answer).toEqual([
    `A Redis that loses what it held logs out some users with ${titleOf('session-redis')}.`,
  ])
})

test('a chart that shows one of several trials says so', () => {
  const one = observed('session-redis', faithful)
  const { charts } = outage.analyse([one, { ...one, toMs: 9000 }], strategies)
  expect(charts).toMatchObject([{ events: [{ at: 1000 }, { at: 5000 }] }])
  expect(charts[0]?.description).toContain('Of several trials the first.')
  expect(outage.analyse([one], strategies).charts[0]?.description).not.toContain('the first')
})

test('the chart shows what was answered over time, from a second before the fault', () => {
  const { charts } = outage.analyse([observed('session-redis', faithful, { fromMs: 1000 })], strategies)
  expect(charts).toMatchObject([
    {
      kind: 'timeline',
      id: 'paused',
      rows: [
        {
          spans: [
            { from: 0, to: 1000, state: 'served' },
            { from: 1000, to: 5000, state: 'unavailable' },
            { from: 5000, to: 6000, state: 'served' },
          ],
        },
      ],
      events: [{ at: 1000 }, { at: 5000 }],
    },
  ])
})

test('a column that would be empty is left out', () => {
  const titles = (changes: Partial<OutageObservation>) =>
    outage
      .analyse([observed('session-redis', faithful, changes)], strategies)
      .tables?.[0]?.columns.map(({ title }) => title)
  expect(titles({})).not.toContain('In a refresh')
  expect(titles({ refreshing: 5 })).toContain('In a refresh')
})
