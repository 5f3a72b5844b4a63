import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Estimate, Results } from '../results/results.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { fakeResults } from '../testing/fake-results.ts'
import { capacityOf } from './capacity.ts'
import type { CapacityInputs } from './inputs.ts'

const INPUTS: CapacityInputs = {
  requestsPerSecond: 1_000_000,
  users: 100_000,
  ttlSeconds: 600,
  regions: 1,
  utilisation: 0.5,
}
const of = (
  inputs: Partial<CapacityInputs>,
  strategy = 'session-redis',
  results: Results = fakeResults(),
) => {
  const found = capacityOf(results, { ...INPUTS, ...inputs }).find(({ id }) => id === strategy)
  if (found === undefined) throw new Error(`no ${strategy}`)
  return found
}
const ends = (estimate: Estimate | null) => [estimate?.low, estimate?.value, estimate?.high]

test('cores are requests times the time of one, over the planned use, and so are the ends of the interval', () => {
  const { unit, demand } = of({})
  expect(unit.serverUs).not.toBeNull()
  expect(ends(demand.serverCores)).toEqual(ends(unit.serverUs).map((us) => (us ?? 0) * 2))
  expect(ends(demand.redisCores)).toEqual(ends(unit.redisUs).map((us) => (us ?? 0) * 2))
})

test('shards are whole, and each region has one at least', () => {
  const { demand } = of({})
  expect(ends(demand.redisShards)).toEqual(ends(demand.redisCores).map((cores) => Math.ceil(cores ?? 0)))
  expect(of({ requestsPerSecond: 1, regions: 3 }).demand.redisShards?.value).toBe(3)
})

test('a token needs no Redis, and nothing of it is said to be missing', () => {
  const { demand, missing } = of({}, 'jwt-hs256-fast')
  expect(demand).toMatchObject({ redisCores: null, redisShards: null, redisMbit: null, storeBytes: null })
  expect(missing).toEqual([])
})

test('bytes of both heads are on the network', () => {
  const { unit, demand } = of({})
  const bytes = (unit.requestBytes?.value ?? 0) + (unit.responseBytes?.value ?? 0)
  expect(bytes).toBeGreaterThan(0)
  expect(demand.headsMbit?.value).toBeCloseTo(bytes * 8, 9)
})

test('what was not measured is named, and counts for nothing', () => {
  expect(of({}).missing).toEqual(['bytes of an entry (scenario store-size)'])
  expect(of({ users: null }).missing).toEqual([])
  const results = fakeResults()
  const without = { ...results, rounds: results.rounds.filter(({ metric }) => metric !== 'cpu.redis') }
  const { demand, missing } = of({}, 'session-redis', without)
  expect(demand.redisCores).toBeNull()
  expect(missing).toContain('Redis CPU')
})

test('a cache is measured while it is warm, and that is said', () => {
  const results = fakeResults()
  const cached = {
    ...results,
    strategies: results.strategies.map((info) =>
      info.id === 'session-redis' ? { ...info, cache: { entries: 10_000, seconds: 5 } } : info,
    ),
  }
  expect(of({}, 'session-redis', cached).missing.join()).toContain('asks again')
})

test('refreshes are CPU of the process that has them, and a sum without a part is none', () => {
  const results = fakeResults()
  const id = 'jwt-hs256-fast'
  const [summary] = results.summary.filter(
    ({ strategy, metric }) => strategy === id && metric === 'cpu.server',
  )
  const [rounds] = results.rounds.filter(
    ({ strategy, metric, arm }) => strategy === id && metric === 'cpu.server' && arm === 'main',
  )
  if (summary === undefined || rounds === undefined) throw new Error(`no ${id}`)
  const at = { scenario: 'refresh', params: {} }
  const refreshing = (values: readonly number[]): Results => ({
    ...results,
    strategies: results.strategies.map((info) => (info.id === id ? { ...info, refreshes: true } : info)),
    summary: [...results.summary, { ...summary, ...at }],
    rounds: [
      ...results.rounds,
      { ...rounds, ...at, values: values.map((value, round) => ({ round, position: 0, value })) },
    ],
  })
  const inputs = { requestsPerSecond: 1000, users: 600, ttlSeconds: 6, utilisation: 1 }
  const [plain, more] = [of(inputs, id), of(inputs, id, refreshing([500, 500, 500, 500, 500, 500]))]
  expect((more.demand.serverCores?.value ?? 0) - (plain.demand.serverCores?.value ?? 0)).toBeCloseTo(0.05, 9)
  expect(of(inputs, id, refreshing([])).missing).toContain('server CPU of a refresh (scenario refresh)')
  const headless = {
    ...results,
    summary: results.summary.filter(({ metric }) => metric !== 'bytes.response_head'),
  }
  expect(of({}, id, headless)).toMatchObject({ demand: { headsMbit: null }, missing: ['bytes of heads'] })
})

test('the store of every region has an entry for each user, of the size that was measured nearest to as many', () => {
  const results = fakeResults()
  const [first] = results.summary
  if (first === undefined) throw new Error('no summary')
  const entry = (entries: number, value: number) => ({
    ...first,
    strategy: 'session-redis',
    scenario: 'store-size',
    params: { entries },
    metric: 'store.bytes_per_entry',
    unit: 'B/entry',
    estimate: { value, low: value - 1, high: value + 1, rounds: 6 },
  })
  const measured = { ...results, summary: [...results.summary, entry(10, 900), entry(90_000, 200)] }
  expect(ends(of({ regions: 2 }, 'session-redis', measured).demand.storeBytes)).toEqual([
    199 * 200_000,
    200 * 200_000,
    201 * 200_000,
  ])
})

test('needs grow in proportion to the load, and never fall when the planned use does', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 1e6, noNaN: true }),
      fc.double({ min: 0.05, max: 0.5, noNaN: true }),
      (requestsPerSecond, utilisation) => {
        const [one, twice, idler] = [
          of({ requestsPerSecond, utilisation }),
          of({ requestsPerSecond: 2 * requestsPerSecond, utilisation }),
          of({ requestsPerSecond, utilisation: utilisation / 2 }),
        ].map(({ demand }) => demand.serverCores?.value ?? Number.NaN)
        expect(twice).toBeCloseTo(2 * (one ?? 0), 6)
        expect(idler).toBeCloseTo(2 * (one ?? 0), 6)
      },
    ),
    { numRuns: 20 },
  )
})

const scaledTo = (percents: Readonly<Record<number, readonly [number, number, number] | null>>): Results => ({
  ...fakeResults(),
  experiments: [
    fakeExperiment(
      'scale-out',
      Object.entries(percents).map(([instances, ends]) => ({
        id: 'cpu-of-one',
        title: '',
        subject: 'session-redis',
        label: '',
        params: { instances: Number(instances), cores: 2 },
        unit: '%',
        estimate: {
          value: ends?.[1] ?? 100,
          low: ends?.[0] ?? null,
          high: ends?.[2] ?? null,
          rounds: 8,
        },
      })),
    ),
  ],
})

test('cores that do not grow in proportion are told with what a request takes at the most instances', () => {
  const { scaling, scaledCores, demand } = of({}, 'session-redis', scaledTo({ 2: [110, 120, 130] }))
  expect(scaling.map(({ instances, tookTurns }) => [instances, tookTurns])).toEqual([[2, false]])
  const [low = 0, value = 0, high = 0] = ends(demand.serverCores).map((end) => end ?? 0)
  for (const [index, expected] of [low * 1.1, value * 1.2, high * 1.3].entries())
    expect(ends(scaledCores)[index]).toBeCloseTo(expected, 6)
  // Less than in proportion is no proportion either.
  expect(of({}, 'session-redis', scaledTo({ 2: [80, 90, 99] })).scaledCores?.value).toBeCloseTo(
    value * 0.9,
    6,
  )
})

test('a difference that instances have by taking turns on a core shows nothing', () => {
  const { scaling, scaledCores } = of(
    {},
    'session-redis',
    scaledTo({ 4: [110, 120, 130], 2: [99, 100, 101] }),
  )
  expect(scaling.map(({ tookTurns }) => tookTurns)).toEqual([false, true])
  expect(scaledCores).toBeNull()
})

test('an interval that holds 100 %, and none at all, show no other cores', () => {
  expect(of({}, 'session-redis', scaledTo({ 2: [99, 104, 109] })).scaledCores).toBeNull()
  expect(of({}, 'session-redis', scaledTo({ 2: null }))).toMatchObject({ scaledCores: null, scaling: [{}] })
  expect(of({}, 'jwt-hs256-fast', scaledTo({ 2: [110, 120, 130] }))).toMatchObject({
    scaledCores: null,
    scaling: [],
  })
})
