import { expect, it } from 'vitest'
import { STRATEGIES } from '../../servers/registry.ts'
import { type Options, resolveConfig } from '../../src/plan/config.ts'
import { SCENARIOS } from '../scenarios/registry.ts'
import { type FakeBenchOptions, fakeBench } from '../testing/fake-bench.ts'
import { runAll } from './runner.ts'

/** On one server in one round: a window of the fake generator is a thousand requests. */
async function windowsOn(of: string, ids: readonly string[], load: Options, options: FakeBenchOptions = {}) {
  const bench = fakeBench(options)
  const strategies = Object.values(STRATEGIES).filter(({ id }) => ids.includes(id))
  const config = resolveConfig(
    { rounds: 1, profile: 'smoke', ...load },
    { strategies: ids, scenarios: ['verify'] },
    { profile: 'quick', seed: 1, extraClaims: [] },
  )
  const { cells } = await runAll(
    {
      config,
      strategies,
      scenarios: SCENARIOS.filter(({ id }) => id === 'verify'),
      keyPrefix: 'authbench:test:',
    },
    { bench, signal: new AbortController().signal, listener: () => undefined, keep: () => undefined },
  )
  return { windows: bench.journal.filter((line) => line === `slice ${of}`).length, config, cells }
}

const CACHED = ['none', 'session-redis', 'session-near-cache', 'jwt-hs256-cached']

it('measures two windows, and has none before them where nobody has a cache', async () => {
  expect((await windowsOn('session-redis', ['none', 'session-redis'], { pool: 100 })).windows).toBe(2)
})

it.each([
  ['once, so that who has just answered has no advantage', 'session-redis', 4],
  ['once where entries outlast the windows of others', 'jwt-hs256-cached', 4],
  ['until every credential has come again where entries age', 'session-near-cache', 8],
])('loads a server before each window: %s', async (_why, strategy, windows) => {
  expect((await windowsOn(strategy, CACHED, { pool: 2_500 })).windows).toBe(windows)
})

it('meets all but a twentieth where each is as likely as the next', async () => {
  // 1.1 times three draws for each of a thousand.
  const load = { pool: 1_000, popularity: 'uniform' } as const
  expect((await windowsOn('session-near-cache', CACHED, load)).windows).toBe(2 + 2 * 4)
})

it('goes through the load where the seldom ones are many', async () => {
  const load = { pool: 100, popularity: 'zipf' } as const
  expect((await windowsOn('session-near-cache', CACHED, load)).windows).toBe(2 + 2 * 8)
})

it('tells the cell what was answered before its windows', async () => {
  const { cells } = await windowsOn('session-near-cache', CACHED, { pool: 2_500 })
  const cell = cells.find(({ strategy }) => strategy === 'session-near-cache')
  const slices = cell === undefined || cell.state === 'failed' ? [] : cell.load.slices
  expect(slices.map(({ leadIn }) => leadIn)).toEqual([3_000, 3_000])
})

it('measures no more on connections that were lost before a window', async () => {
  const servers = { 'session-redis': { cpuUs: 50, losesConnectionsInSlice: 1 } }
  const { windows, cells } = await windowsOn('session-redis', CACHED, { pool: 100 }, { servers })
  expect(windows).toBe(1)
  expect(cells.find(({ strategy }) => strategy === 'session-redis')?.state).not.toBe('completed')
})

it('does not load it for longer than entries live', async () => {
  const livesMs = 1000 * (STRATEGIES['session-near-cache'].cache?.seconds ?? 0)
  const { windows, config } = await windowsOn('session-near-cache', CACHED, { pool: 900_000 })
  expect(windows).toBe(2 + 2 * (1 + livesMs / config.sliceMs))
})

it.each([
  [100_000, 'invalid'],
  [1, 'completed'],
  [undefined, 'completed'],
])('tells the cell that a quota stopped each window for %j us: %s', async (stoppedUs, state) => {
  const { cells } = await windowsOn('none', ['none'], {}, stoppedUs === undefined ? {} : { stoppedUs })
  const [cell] = cells
  const slices = cell === undefined || cell.state === 'failed' ? [] : cell.load.slices
  expect(slices.map(({ throttled }) => throttled)).toEqual(
    slices.map(() => (stoppedUs === undefined ? undefined : { stops: 1, stoppedUs })),
  )
  expect(cell?.state).toBe(state)
  // A quota does not go by: to measure again would take as long and show the same.
  expect(cells.every((each) => each.attempt === 0)).toBe(true)
})

it('tells the cell that a server was moved off its core', async () => {
  const { cells } = await windowsOn('none', ['none'], {}, { fallback: { cpuUs: 50, displaced: true } })
  expect(cells.map(({ state }) => state)).toEqual(cells.map(() => 'invalid'))
  expect((await windowsOn('none', ['none'], {})).cells.every(({ state }) => state === 'completed')).toBe(true)
})
