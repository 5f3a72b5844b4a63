import { expect, test } from 'vitest'
import { fakeStrategy } from '../testing/fake-subjects.ts'
import { LIVES_SECONDS } from './ttl/model.ts'
import type { TtlObservation } from './ttl/observation.ts'
import { ttl } from './ttl.ts'

const { info } = fakeStrategy({ id: 'jwt-refresh', state: 'hybrid', needs: ['redis'] })

const cost = (refreshUs: number, verifiedUs = 100): TtlObservation => ({
  kind: 'cost',
  strategy: info.id,
  refreshUs,
  verifiedUs,
  refreshes: 1000,
  requests: 1000,
})
const use = (refreshes: number): TtlObservation => ({
  kind: 'use',
  strategy: info.id,
  lifeSeconds: 600,
  gapSeconds: 120,
  users: 2,
  usedSeconds: 36_000,
  requests: 600,
  refreshes,
  needed: 100,
})
const logout = (changes: object): TtlObservation => ({
  kind: 'logout',
  strategy: info.id,
  lifeSeconds: 600,
  ageSeconds: 300,
  acceptedSeconds: 300,
  refreshed: false,
  ...changes,
})

const found = (observations: readonly TtlObservation[]) => ttl.analyse(observations, [info])
const figure = (observations: readonly TtlObservation[], id: string, params: object) =>
  found(observations).figures.find(
    (each) => each.id === id && Object.entries(params).every(([name, value]) => each.params[name] === value),
  )?.estimate

test('what a refresh costs beside a request gives the share of each life, with the interval of the ratio', () => {
  const costs = [290, 300, 310, 280, 320, 300].map((us) => cost(us))
  expect(figure(costs, 'cost.ratio', {})).toMatchObject({ value: 3, low: 2.8, high: 3.2 })
  const share = figure(costs, 'share', { use: 'work', life: 10 })
  // A life of 10 min and a gap of 30 s: 5.7 refreshes beside 120 requests.
  expect(share?.value).toBeCloseTo((100 * 3 * (60 / 10.5)) / (3 * (60 / 10.5) + 120))
  expect(share?.low).toBeLessThan(share?.value ?? 0)
  expect(figure(costs, 'break-even', { use: 'busy', handlerUs: 0 })?.value).toBeLessThan(10)
  expect(figure(costs, 'break-even', { use: 'background', handlerUs: 0 })?.value).toBeGreaterThan(60)
  // Beside a request that works, a refresh weighs less.
  expect(figure(costs, 'break-even', { use: 'background', handlerUs: 1000 })?.value).toBeLessThan(10)
})

test('the model has a mean and a longest exposure for every life', () => {
  expect(figure([cost(300)], 'exposure.mean', { life: 240 })).toMatchObject({ value: 120, low: 120 })
  expect(figure([cost(300)], 'exposure.max', { life: 1440 })?.value).toBe(1440)
})

test('how long a token worked after its logout is what was counted, beside what the model says', () => {
  const long = found([use(100), logout({ acceptedSeconds: 1200 }), logout({})]).answer
  expect(long[0]).toMatch(/^By the model /)
  expect(long[1]).toBe(
    'After 2 logouts of real servers it was accepted for 125 % of its life on average, and for up to 200 %.',
  )
  expect(found([cost(300)]).answer.join(' ')).not.toContain('real servers')
})

test('half the life never means more than twice the refreshes, and less where users rarely ask', () => {
  const of = (life: number) => figure([cost(300)], 'refreshes', { use: 'background', life })?.value ?? 0
  const lives = LIVES_SECONDS.map((seconds) => seconds / 60).filter((life) => of(life / 2) > 0)
  expect(lives.length).toBeGreaterThan(0)
  for (const life of lives) expect(of(life / 2)).toBeLessThan(2 * of(life))
  expect(found([cost(300)]).answer.join(' ')).toContain('at most twice the refreshes.')
})

test('counted refreshes stand beside those of the model', () => {
  const { tables, answer } = found([use(100), logout({ ageSeconds: 150, acceptedSeconds: 450 }), logout({})])
  expect(tables?.[0]?.rows).toEqual([
    [info.title, '10 min', '100', '100', '6 min 15 s', '5 min', '7 min 30 s'],
  ])
  expect(answer.join(' ')).toContain('differ from the model by up to 0.0 %')
})

test('a token that lives longer or shorter than it says, and a family that outlives its logout, break the promise', () => {
  const broken = (each: TtlObservation) => found([each]).broken
  expect(broken(use(100))).toEqual([])
  expect(broken(use(99))).toEqual([expect.stringContaining('refresh 99 times')])
  expect(broken(logout({}))).toEqual([])
  expect(broken(logout({ acceptedSeconds: 301 }))).toEqual([expect.stringContaining('beyond its life')])
  expect(broken(logout({ refreshed: true }))).toEqual([expect.stringContaining('after its logout')])
})

test('the worst minute of a herd stands beside the same with lives that differ', () => {
  const herd = (jitter: number, peakOverMean: number): TtlObservation => ({
    kind: 'herd',
    lifeSeconds: 3600,
    jitter,
    users: 1000,
    peakOverMean,
  })
  const { tables, answer } = found([herd(0, 60), herd(0.2, 3)])
  expect(tables?.[0]?.rows).toEqual([['1 h', '60 times', '3 times']])
  expect(answer.at(-1)).toContain('60 times as many refreshes as an average one')
})
