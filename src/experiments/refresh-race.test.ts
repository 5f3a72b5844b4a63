import { expect, test } from 'vitest'
import { fakeStrategy } from '../testing/fake-subjects.ts'
import type { RefreshRaceObservation } from './refresh-race/observation.ts'
import { refreshRace } from './refresh-race.ts'

const { info } = fakeStrategy({ id: 'jwt-refresh', state: 'hybrid', needs: ['redis'] })

const honest = (loggedOut: boolean, changes: object = {}): RefreshRaceObservation => ({
  kind: 'honest',
  strategy: 'jwt-refresh',
  situation: 'parallel',
  clients: 4,
  afterMs: 0,
  granted: loggedOut ? 1 : 4,
  refused: loggedOut ? 3 : 0,
  successors: 1,
  loggedOut,
  ...changes,
})

const theft = (windowMs: number | null, changes: object = {}): RefreshRaceObservation => ({
  kind: 'theft',
  strategy: 'jwt-refresh',
  thief: 'before',
  distanceMs: 1000,
  windowMs,
  watchedMs: 3_600_000,
  grantsOfThief: 1,
  familyEnded: windowMs !== null,
  ...changes,
})

test('false logouts are counted of all trials of a situation, exactly', () => {
  const { figures, tables, broken } = refreshRace.analyse([honest(true), honest(false), honest(true)], [info])
  expect(figures).toMatchObject([
    {
      id: 'false-logouts',
      subject: 'jwt-refresh',
      params: { situation: '4 tabs refresh at once' },
      estimate: { value: 2, low: 2, high: 2, rounds: 3 },
    },
    { id: 'refused', estimate: { value: 6, rounds: 3 } },
  ])
  expect(tables?.[0]?.rows).toEqual([['4 tabs refresh at once', '2 of 3']])
  expect(broken).toEqual([])
})

test('a theft that nobody noticed has no window, and hides none that was noticed', () => {
  const { figures, tables, answer } = refreshRace.analyse([theft(1000), theft(5000), theft(null)], [info])
  expect(figures.map(({ id }) => id)).toEqual(['thefts-noticed'])
  expect(figures[0]?.estimate).toMatchObject({ value: 2, rounds: 3 })
  expect(tables?.[2]?.rows[0]?.[1]).toBe('1 s to 5 s; 1 of 3 not noticed in 1 h')
  expect(answer[0]).toContain('noticed in 2 of 3, and in the others not within 1 h')
  const all = refreshRace.analyse([theft(0), theft(5000)], [info])
  expect(all.figures.find(({ id }) => id === 'window')?.estimate.value).toBe(5000)
})

test('two successors of one token, or a family that lives on after a theft was noticed, break the promise', () => {
  const broken = (each: RefreshRaceObservation) => refreshRace.analyse([each, each], [info]).broken
  expect(broken(honest(false, { successors: 2 }))).toHaveLength(1)
  expect(broken(theft(1000, { familyEnded: false }))).toHaveLength(1)
  expect(broken(theft(null))).toEqual([])
})
