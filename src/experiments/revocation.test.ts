import { describe, expect, test } from 'vitest'
import { fakeResults } from '../testing/fake-results.ts'
import { type RevocationObservation, revocation } from './revocation.ts'

const { strategies } = fakeResults()
const lag = (
  strategy: string,
  lagMs: number,
  fault: 'none' | 'link lost' = 'none',
): RevocationObservation => ({
  kind: 'lag',
  strategy,
  instances: 2,
  fault,
  node: 1,
  lagMs,
  refusedMs: lagMs + 5,
  lifeMs: null,
})
const titleOf = (id: string) => strategies.find((info) => info.id === id)?.title
const analyse = (...observations: readonly RevocationObservation[]) =>
  revocation.analyse(observations, strategies)

test('no observations are no figures, no charts and no answer', () => {
  expect(analyse()).toMatchObject({ answer: [], figures: [], charts: [] })
})

test('a promise that was kept is said with the longest lag', () => {
  const { answer, broken } = analyse(lag('session-redis', 0), lag('jwt-blacklist', 0))
  expect(broken).toBeUndefined()
  expect(answer[0]).toMatch(/^Every strategy that promises .* kept its promise/)
})

test.each([
  ['at once', 'session-redis', 1],
  ['at once, with a fault', 'jwt-blacklist', 3],
])('one request beyond the promise breaks it: %s', (_name, strategy, lagMs) => {
  const { broken } = analyse(lag(strategy, 0), lag(strategy, lagMs, 'link lost'))
  expect(broken).toEqual([expect.stringContaining(`${titleOf(strategy)} accepted a revoked credential`)])
})

test('a token without state promises nothing that could be broken', () => {
  expect(analyse(lag('jwt-es256', 1800)).broken).toBeUndefined()
})

test('credentials that outlive a logout everywhere break a promise', () => {
  const { broken, figures } = analyse({
    kind: 'everywhere',
    strategy: 'session-redis',
    sessions: 10,
    ms: 3,
    commands: 4,
    left: 2,
  })
  expect(broken).toEqual([expect.stringContaining('up to 2')])
  expect(figures.map(({ id }) => id)).toEqual(['everywhere.ms', 'everywhere.commands'])
})

describe('figures', () => {
  const lags = Array.from({ length: 200 }, (_, index) => lag('session-redis', index))

  test('are quantiles over the trials of one place, with intervals, and the longest', () => {
    const { figures } = analyse(...lags)
    expect(figures.map(({ id, estimate }) => [id, estimate.value, estimate.low, estimate.high])).toEqual([
      ['lag.p50', 99, 85, 114],
      ['lag.p90', 179, 170, 188],
      ['lag.max', 199, 199, 199],
    ])
  })

  test('are apart for every fault', () => {
    const { figures } = analyse(lag('session-redis', 0), lag('session-redis', 0, 'link lost'))
    expect(figures.map(({ params }) => params.fault)).toEqual([
      'none',
      'none',
      'none',
      'link lost',
      'link lost',
      'link lost',
    ])
  })
})
