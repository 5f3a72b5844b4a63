import { expect, test } from 'vitest'
import { historyEntrySchema } from '../results/history.ts'
import { fakeHistory } from '../testing/fake-history.ts'
import { fakeResults } from '../testing/fake-results.ts'
import { USUAL_WORLD, worldWith } from '../worlds/world.ts'
import { historyEntryOf, trendsOf } from './trend.ts'

const changed = (trends: ReturnType<typeof trendsOf>) => trends.filter(({ changes }) => changes.length > 0)

test('an entry is a line of its schema, with what is followed and the key of its machine', () => {
  const run = fakeResults()
  const entry = historyEntryOf(run)
  expect(historyEntrySchema.parse(JSON.parse(JSON.stringify(entry)))).toEqual(entry)
  expect(entry.machine).toBe('AMD EPYC 7763 64-Core Processor|2|v26')
  expect(new Set(entry.rows.map(({ metric }) => metric))).toContain('cpu.server')
  expect(entry.rows.some(({ metric }) => metric === 'latency.p50')).toBe(false)
  expect(historyEntryOf({ ...run, run: { ...run.run, git: { sha: 'a', dirty: true } } }).commit).toBeNull()
})

test('one line for each number, oldest run first, and no change where only noise is', () => {
  const trends = trendsOf(fakeHistory(30))
  expect(trends).toHaveLength(historyEntryOf(fakeResults()).rows.length)
  expect(trends.every(({ points }) => points[0]?.run === 'run-0' && points.length === 30)).toBe(true)
  expect(changed(trends)).toEqual([])
})

test('a level that rose is found with its size, its runs, and the commits around it', () => {
  const history = fakeHistory(30, ({ strategy, metric, value }, run) =>
    strategy === 'session-redis' && metric === 'cpu.server' && run >= 20 ? value * 1.2 : value,
  )
  const [trend, ...others] = changed(trendsOf(history))
  expect(others).toEqual([])
  expect(trend).toMatchObject({ strategy: 'session-redis', metric: 'cpu.server' })
  const [change] = trend?.changes ?? []
  expect(change).toMatchObject({
    index: 20,
    runs: 10,
    verdict: 'worse',
    at: { run: 'run-20' },
    after: { run: 'run-19' },
  })
  expect(change?.ratio?.value).toBeCloseTo(1.2, 1)
  expect(change?.ratio?.low).toBeGreaterThan(1.15)
})

test('less is better or worse as the metric says', () => {
  const trends = trendsOf(fakeHistory(30, ({ value }, run) => (run >= 20 ? value * 0.7 : value)))
  const verdictOf = (metric: string) =>
    trends.find((trend) => trend.strategy === 'jwt-hs256' && trend.metric === metric)?.changes[0]?.verdict
  expect([verdictOf('cpu.server'), verdictOf('throughput')]).toEqual(['better', 'worse'])
})

test('what is counted changes with one run', () => {
  const history = fakeHistory(8, ({ strategy, metric, value }, run) =>
    strategy === 'session-redis' && metric === 'redis.commands' && run === 7 ? 2 : value,
  )
  const [trend, ...others] = changed(trendsOf(history))
  expect(others).toEqual([])
  expect(trend?.changes).toMatchObject([{ index: 7, from: 1, to: 2, runs: 1, verdict: 'worse' }])
})

test('machines and profiles are lines of their own, the one with the newest run first', () => {
  const here = fakeHistory(20)
  const there = fakeHistory(10, ({ value }) => value * 3).map((entry) => ({
    ...entry,
    machine: 'other|8|v26',
  }))
  const trends = trendsOf([...there, ...here, ...there.map((entry) => ({ ...entry, profile: 'full' }))])
  expect(changed(trends)).toEqual([])
  const lines = [...new Set(trends.map(({ machine, profile }) => `${machine} ${profile}`))]
  expect(lines).toEqual([
    'AMD EPYC 7763 64-Core Processor|2|v26 quick',
    'other|8|v26 quick',
    'other|8|v26 full',
  ])
})

test('runs in another world are lines of their own, and one from before worlds were noted is of the usual one', () => {
  const run = fakeResults()
  const world = worldWith(USUAL_WORLD, { storeRttMs: 1 })
  const far = historyEntryOf({ ...run, config: { ...run.config, world } })
  expect(historyEntrySchema.parse(far).world).toBe('Redis is 1 ms away')
  expect(historyEntryOf(run)).not.toHaveProperty('world')
  const there = fakeHistory(20, ({ value }) => value * 3).map((entry) => ({ ...entry, world: far.world }))
  const trends = trendsOf([...fakeHistory(20), ...there])
  expect(changed(trends)).toEqual([])
  expect(new Set(trends.map((trend) => trend.world))).toEqual(new Set([null, 'Redis is 1 ms away']))
  expect(trends.every(({ points }) => points.length === 20)).toBe(true)
})
