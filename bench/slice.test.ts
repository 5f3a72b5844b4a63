import { expect, it } from 'vitest'
import { STRATEGIES } from '../servers/registry.ts'
import { resolveConfig } from '../src/config.ts'
import { runAll } from './runner.ts'
import { SCENARIOS } from './scenarios/registry.ts'
import { fakeBench } from './testing/fake-bench.ts'

/** On one server in one round: a window of the fake generator is a thousand requests. */
async function windowsOn(of: string, ids: readonly string[], pool: number) {
  const bench = fakeBench()
  const strategies = Object.values(STRATEGIES).filter(({ id }) => ids.includes(id))
  const config = resolveConfig(
    { rounds: 1, profile: 'smoke', pool },
    { strategies: ids, scenarios: ['verify'] },
    { profile: 'quick', seed: 1, extraClaims: [] },
  )
  await runAll(
    {
      config,
      strategies,
      scenarios: SCENARIOS.filter(({ id }) => id === 'verify'),
      keyPrefix: 'authbench:test:',
    },
    { bench, signal: new AbortController().signal, listener: () => undefined, keep: () => undefined },
  )
  return { windows: bench.journal.filter((line) => line === `slice ${of}`).length, config }
}

const CACHED = ['none', 'session-redis', 'session-near-cache', 'jwt-hs256-cached']

it('measures two windows, and has none before them where nobody has a cache', async () => {
  expect((await windowsOn('session-redis', ['none', 'session-redis'], 100)).windows).toBe(2)
})

it.each([
  ['once, so that who has just answered has no advantage', 'session-redis', 4],
  ['once where entries outlast the windows of others', 'jwt-hs256-cached', 4],
  ['until every credential has come again where entries age', 'session-near-cache', 8],
])('loads a server before each window: %s', async (_why, strategy, windows) => {
  expect((await windowsOn(strategy, CACHED, 2_500)).windows).toBe(windows)
})

it('does not load it for longer than entries live', async () => {
  const livesMs = 1000 * (STRATEGIES['session-near-cache'].cache?.seconds ?? 0)
  const { windows, config } = await windowsOn('session-near-cache', CACHED, 900_000)
  expect(windows).toBe(2 + (2 * livesMs) / config.sliceMs)
})
