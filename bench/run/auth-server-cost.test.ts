import { expect, it } from 'vitest'
import { STRATEGIES, type StrategyId } from '../../servers/registry.ts'
import { resolveConfig } from '../../src/plan/config.ts'
import { SCENARIOS } from '../scenarios/registry.ts'
import { fakeBench } from '../testing/fake-bench.ts'
import { runAll } from './runner.ts'

/** CPU of each slice's auth server, by strategy. */
async function authUsOf(ids: readonly StrategyId[]): Promise<Record<string, unknown>> {
  const fake = fakeBench()
  let reads = 0
  const startSubject: typeof fake.startSubject = async (strategy, ...rest) => {
    const subject = await fake.startSubject(strategy, ...rest)
    if (strategy !== 'jwt-jwks') return subject
    const readCpu = async () => {
      reads++
      return { mainUs: 4000 * reads, otherUs: 1000 * reads, runQueueUs: null }
    }
    return { ...subject, authServer: { origin: 'http://auth', readCpu } }
  }
  const { cells } = await runAll(
    {
      config: resolveConfig(
        { rounds: 1, profile: 'smoke' },
        { strategies: ids, scenarios: ['verify'] },
        { profile: 'quick', seed: 1, extraClaims: [] },
      ),
      strategies: ids.map((id) => STRATEGIES[id]),
      scenarios: SCENARIOS.filter(({ id }) => id === 'verify'),
      keyPrefix: 'authbench:test:',
    },
    {
      bench: { ...fake, startSubject },
      signal: new AbortController().signal,
      listener: () => {},
      keep: () => {},
    },
  )
  return Object.fromEntries(
    cells.map((cell) => [
      cell.strategy,
      'load' in cell ? [...new Set(cell.load.slices.map(({ authUs }) => authUs))] : cell.state,
    ]),
  )
}

it('the CPU of an auth server is that of its slices, and nothing for servers that have none', async () => {
  expect(await authUsOf(['none', 'jwt-hs256', 'jwt-jwks'])).toEqual({
    none: [0],
    'jwt-hs256': [0],
    'jwt-jwks': [5000],
  })
})

it('of a run without auth servers nothing is said about them', async () => {
  expect(await authUsOf(['none', 'jwt-hs256'])).toEqual({ none: [null], 'jwt-hs256': [null] })
})
