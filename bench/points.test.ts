import { describe, expect, it } from 'vitest'
import { STRATEGIES } from '../servers/registry.ts'
import { cellSchema } from '../src/cell.ts'
import { resolveConfig } from '../src/config.ts'
import { inShapeOf, withOtherEnd } from './pool.ts'
import { runAll } from './runner.ts'
import { applicableScenarios, describeScenario } from './scenario.ts'
import { SCENARIOS } from './scenarios/registry.ts'
import { type FakeBench, fakeBench } from './testing/fake-bench.ts'

const IDS = ['none', 'session-redis', 'jwt-hs256', 'jwt-hs256-cached', 'session-near-cache'] as const

async function measure(scenario: string, bench: FakeBench = fakeBench()) {
  const strategies = IDS.map((id) => STRATEGIES[id])
  const config = resolveConfig(
    { rounds: 1, profile: 'smoke' },
    { strategies: IDS, scenarios: [scenario] },
    { profile: 'quick', seed: 1, extraClaims: [] },
  )
  const { cells } = await runAll(
    {
      config,
      strategies,
      scenarios: SCENARIOS.filter(({ id }) => id === scenario),
      keyPrefix: 'authbench:test:',
    },
    { bench, signal: new AbortController().signal, listener: () => undefined, keep: () => undefined },
  )
  for (const cell of cells) expect(() => cellSchema.parse(cell)).not.toThrow()
  return { cells, bench }
}

const measuredIn = (id: string) => {
  const scenario = SCENARIOS.find((each) => each.id === id)
  if (scenario === undefined) throw new Error(id)
  return describeScenario(
    scenario,
    IDS.map((each) => STRATEGIES[each]),
  ).strategies
}

describe('store-size', () => {
  it('fills every store up to each point, and tells what an entry takes', async () => {
    const { cells, bench } = await measure('store-size')
    const fills = bench.journal.filter((line) => line.startsWith('fill session-redis'))
    expect(fills).toEqual([
      'fill session-redis 1000',
      'fill session-redis 99000',
      'fill session-redis 900000',
    ])
    const filled = cells.flatMap((cell) =>
      cell.state !== 'failed' && cell.strategy === 'session-redis' ? [cell.fill] : [],
    )
    expect(filled).toEqual([1000, 100_000, 1_000_000].map((entries) => ({ entries, bytes: 200 * entries })))
  })

  it('is about those that store something, and the baseline', () => {
    expect(measuredIn('store-size')).toEqual(['none', 'session-redis', 'session-near-cache'])
    const fixed = STRATEGIES['jwt-status-list']
    const storeSize = SCENARIOS.filter(({ id }) => id === 'store-size')
    expect(() => applicableScenarios(storeSize, [STRATEGIES.none, fixed])).toThrow('store-size')
  })
})

describe('population', () => {
  it('is about those that have a cache, and the baseline', () => {
    expect(measuredIn('population')).toEqual(['none', 'jwt-hs256-cached', 'session-near-cache'])
  })

  it('gives every point a load of its own: the most active user sends most', async () => {
    const { bench } = await measure('population')
    const requests = bench.opened.get('jwt-hs256-cached autocannon')?.requests ?? []
    const times = new Map<string, number>()
    for (const { headers } of requests) {
      const credential = headers.authorization ?? ''
      times.set(credential, (times.get(credential) ?? 0) + 1)
    }
    const most = Math.max(...times.values())
    // 1 / H(1,000,000) = 6.9 %.
    expect(most / requests.length).toBeGreaterThan(0.05)
    expect(most / requests.length).toBeLessThan(0.09)
    // Twice what the cache has room for: or the load would fit into it, whatever the population.
    expect(times.size).toBeGreaterThan(2 * (STRATEGIES['jwt-hs256-cached'].cache?.entries ?? 0))
  })
})

describe('flood', () => {
  it('is about those that refuse something', () => {
    expect(measuredIn('flood')).toEqual([
      'session-redis',
      'jwt-hs256',
      'jwt-hs256-cached',
      'session-near-cache',
    ])
  })

  it('expects of each kind of credential what the strategy promises', async () => {
    const { bench } = await measure('flood')
    const seen = (load: string) => {
      const kinds = new Map<string, number>()
      for (const { cohort = '', expectStatus = 0 } of bench.opened.get(load)?.requests ?? []) {
        kinds.set(cohort, expectStatus)
      }
      return Object.fromEntries([...kinds].sort())
    }
    const refused = { expired: 401, forged: 401, oversized: 401, unknown: 401, valid: 200 }
    expect(seen('session-redis autocannon')).toEqual({ ...refused, revoked: 401 })
    expect(seen('jwt-hs256 autocannon')).toEqual({ ...refused, revoked: 200 })
  })
})

describe('flood of every kind', () => {
  it('has as many good requests for a strategy of which no status can be expected after a logout', async () => {
    const { bench } = await measure('flood')
    const shares = (load: string) => {
      const requests = bench.opened.get(load)?.requests ?? []
      return (kind: string) => requests.filter(({ cohort }) => cohort === kind).length / requests.length
    }
    const [immediate, within] = [shares('session-redis autocannon'), shares('session-near-cache autocannon')]
    expect(within('valid')).toBe(immediate('valid'))
    expect(within('revoked')).toBe(0)
    expect(within('unknown')).toBeGreaterThan(1.5 * immediate('unknown'))
  })
})

describe('what nobody issued', () => {
  const credential = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.abcdefghijklmnopqrstuvwxyz012345'

  it('is forged in one character', () => {
    const forged = withOtherEnd(credential)
    const changed = [...forged].filter((character, place) => character !== credential[place])
    expect(forged).toHaveLength(credential.length)
    expect(changed).toHaveLength(1)
  })

  it('looks like a credential where it is unknown', () => {
    const unknown = inShapeOf(credential)
    expect(unknown.split('.').map(({ length }) => length)).toEqual(
      credential.split('.').map(({ length }) => length),
    )
    expect(unknown).not.toBe(inShapeOf(credential))
  })
})
