import { expect, test } from 'vitest'
import { fakeResults } from '../testing/fake-results.ts'
import type { Answer } from './answers.ts'
import type { Gone, SplitIo, SplitObservation, SplitOutage } from './split/observation.ts'
import { split } from './split.ts'

const { strategies } = fakeResults()
const titleOf = (id: string) => strategies.find((info) => info.id === id)?.title ?? ''

/** Gone from 1 s to 5 s, asked every 100 ms. */
function outageOf(
  strategy: string,
  gone: Gone,
  meanwhile: { readonly reads?: number | null; readonly logins?: number | null } = {},
  changes: Partial<SplitOutage> = {},
): SplitOutage {
  const { reads = 200, logins = 503 } = meanwhile
  const every = Array.from({ length: 60 }, (_, index) => index * 100)
  const answers = (status: number | null) =>
    every.map((sentMs): Answer => [sentMs, 5, sentMs >= 1000 && sentMs < 5000 ? status : 200])
  return {
    kind: 'outage',
    strategy,
    gone,
    killedMs: 1000,
    goneMs: 1000,
    startedMs: 5000,
    readyMs: 5100,
    reads: answers(reads),
    logins: answers(logins),
    refreshes: [],
    newCore: 200,
    recoveredMs: 50,
    ...changes,
  }
}
const io = (strategy: string, redisCommands: number, authCalls = 0): SplitIo => ({
  kind: 'io',
  strategy,
  requests: 100,
  redisCommands,
  authCalls,
  redisSockets: 1,
  authSockets: 0,
})
const analyse = (...observations: readonly SplitObservation[]) => split.analyse(observations, strategies)

test('no observations are no figures, no tables and no answer', () => {
  expect(analyse()).toMatchObject({ answer: [], figures: [], tables: [], broken: [] })
})

test('who is served without Redis is said, and counted where it is all or nobody', () => {
  const { answer, figures, broken } = analyse(
    outageOf('jwt-es256', 'redis'),
    outageOf('session-redis', 'redis', { reads: 503 }),
  )
  expect(answer).toEqual([
    `While Redis is away, the core serves everybody with ${titleOf('jwt-es256')}; nobody with ${titleOf('session-redis')}; nobody can log in.`,
  ])
  const served = figures.filter(({ id }) => id === 'served.reads').map(({ estimate }) => estimate)
  expect(served).toMatchObject([
    { value: 100, low: 100 },
    { value: 0, low: 0 },
  ])
  expect(broken).toEqual([])
})

test("some logins are not nobody's", () => {
  const { answer, charts } = analyse(outageOf('jwt-es256', 'redis', { logins: 503 }, { goneMs: 900 }))
  expect(answer).toEqual([expect.stringMatching(/some logins are served with .*\.$/)])
  expect(charts[0]?.description).not.toContain('the first')
})

test('a chart that shows one of several trials says so', () => {
  const { charts } = analyse(
    outageOf('jwt-es256', 'redis'),
    outageOf('jwt-es256', 'redis', {}, { readyMs: 9000 }),
  )
  expect(charts).toMatchObject([{ events: [{ at: 1000 }, { at: 5100 }] }])
  expect(charts[0]?.description).toContain('Of several trials the first.')
})

test('what is served for a while has no interval, and its time in the table', () => {
  const cached = outageOf('session-redis', 'redis', { reads: 503 })
  const { figures, tables } = analyse({
    ...cached,
    reads: cached.reads.map(([sentMs, took, status]) => [sentMs, took, sentMs < 3000 ? 200 : status]),
  })
  expect(figures.find(({ id }) => id === 'served.reads')?.estimate).toMatchObject({ value: 50, low: null })
  expect(tables?.[0]?.rows[0]?.slice(1, 3)).toEqual(['50 %', '1.9 s'])
})

test('a core that declares to ask nobody and fails, or asks, breaks a promise', () => {
  expect(analyse(outageOf('jwt-es256', 'redis', { reads: 503 })).broken).toEqual([
    expect.stringContaining('declares that a request asks nobody, and could not serve 40 requests'),
  ])
  expect(analyse(io('jwt-es256', 1)).broken).toHaveLength(1)
  expect(analyse(io('jwt-es256', 0, 1)).broken).toHaveLength(1)
  expect(analyse(io('session-redis', 100)).broken).toEqual([])
})

test.each([401, 500, null])('an answer of %s to a good credential breaks a promise', (reads) => {
  expect(analyse(outageOf('session-redis', 'auth-api', { reads })).broken).toEqual([
    expect.stringContaining('neither 200 nor 503 while the authentication API was away'),
  ])
})

test('so does one that does not recover', () => {
  expect(analyse(outageOf('session-redis', 'redis', { reads: 503 }, { recoveredMs: null })).broken).toEqual([
    expect.stringContaining('did not recover'),
  ])
})

test('a core that cannot start meanwhile is told', () => {
  const { tables, figures } = analyse(outageOf('jwt-es256', 'redis', {}, { newCore: null }))
  expect(tables?.[0]?.rows[0]).toContain('does not start')
  expect(figures.find(({ id }) => id === 'new-core')?.estimate.value).toBe(0)
})
