import { describe, expect, it } from 'vitest'
import { STRATEGIES } from '../../servers/registry.ts'
import { storeBytes } from '../../src/metrics/store-size.ts'
import { resolveConfig } from '../../src/plan/config.ts'
import { type Arm, type Cell, cellSchema } from '../../src/results/cell.ts'
import { SCENARIOS } from '../scenarios/registry.ts'
import { applicableScenarios, describeScenario, withConnections, withEntries } from '../scenarios/scenario.ts'
import { FEW_CONNECTIONS } from '../scenarios/store-distance.ts'
import { type FakeBench, fakeBench } from '../testing/fake-bench.ts'
import { inShapeOf, withOtherEnd } from './pool.ts'
import { runAll } from './runner.ts'

const IDS = ['none', 'session-redis', 'jwt-hs256', 'jwt-hs256-cached', 'session-near-cache'] as const

async function measure(scenario: string, bench: FakeBench = fakeBench(), rounds = 1) {
  const strategies = IDS.map((id) => STRATEGIES[id])
  const config = resolveConfig(
    { rounds, profile: 'smoke', scenarios: [scenario] },
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
  const fillsOf = (cells: readonly Cell[], strategy: string) =>
    cells.flatMap((cell) => (cell.state !== 'failed' && cell.strategy === strategy ? [cell.fill] : []))
  const bytesPerEntry = (bytesHeld: (entries: number) => number) =>
    measure('store-size', fakeBench({ servers: { 'session-redis': { cpuUs: 50, bytesHeld } } })).then(
      ({ cells }) =>
        cells.flatMap((cell) =>
          cell.state === 'completed' && cell.strategy === 'session-redis' ? [storeBytes.read(cell)] : [],
        ),
    )

  it('fills every store up to each point, opens the load anew, and tells what an entry takes', async () => {
    const { cells, bench } = await measure('store-size')
    const own = bench.journal.filter((line) => line.includes(' session-redis') && !line.startsWith('ask '))
    const steps = own.filter((line, index) => line !== own[index - 1])
    const point = (entries: number) => [
      `fill session-redis ${entries}`,
      'warm up session-redis',
      'slice session-redis',
    ]
    expect(steps).toEqual([
      'start session-redis',
      'warm up session-redis',
      ...[1000, 99_000, 900_000].flatMap(point),
      'stop session-redis',
    ])
    expect(fillsOf(cells, 'session-redis')).toEqual(
      [1000, 100_000, 1_000_000].map((entries) => ({
        entries,
        bytes: 100 * entries,
        serverBytes: 100 * entries,
      })),
    )
  })

  it('begins with an empty store in every round', async () => {
    const { cells, bench } = await measure('store-size', fakeBench(), 2)
    const fills = bench.journal.filter((line) => line.startsWith('fill session-redis'))
    expect(fills.slice(3)).toEqual(fills.slice(0, 3))
    const [first, second] = [
      fillsOf(cells, 'session-redis').slice(0, 3),
      fillsOf(cells, 'session-redis').slice(3),
    ]
    expect(second).toEqual(first)
  })

  it('tells nothing of a strategy that keeps no store', async () => {
    const { cells, bench } = await measure('store-size')
    expect(bench.journal.filter((line) => line.startsWith('fill none'))).toEqual([])
    const without = cells.flatMap((cell) =>
      cell.state === 'completed' && cell.strategy === 'none' ? [cell] : [],
    )
    // Both arms.
    expect(without.map((cell) => [cell.fill, storeBytes.read(cell)])).toEqual(Array(6).fill([null, null]))
  })

  it('tells nothing where the store did not grow, and makes up for it at the next point', async () => {
    expect(await bytesPerEntry(() => 5000)).toEqual([null, null, null])
    expect(await bytesPerEntry((entries) => 1e6 - entries)).toEqual([null, null, null])
    expect(await bytesPerEntry((entries) => (entries > 1000 ? 200 * entries - 199_000 : 1000))).toEqual([
      null,
      200,
      200,
    ])
  })

  it('tells nothing of a Redis that others write to as well', async () => {
    const bench = fakeBench()
    const shared = {
      ...bench,
      startSubject: (id: string, arm: Arm, prefix: string) => bench.startSubject(id, arm, prefix, false),
    }
    const { cells } = await measure('store-size', shared)
    expect(fillsOf(cells, 'session-redis')).toEqual(
      [1000, 100_000, 1_000_000].map((entries) => ({ entries, bytes: null, serverBytes: 100 * entries })),
    )
  })

  it('gives no server of other scenarios a Redis of its own', async () => {
    const bench = fakeBench()
    const asked: boolean[] = []
    const startSubject: FakeBench['startSubject'] = (...wanted) => {
      asked.push(wanted[3])
      return bench.startSubject(...wanted)
    }
    await measure('verify', { ...bench, startSubject })
    expect(new Set(asked)).toEqual(new Set([false]))
    asked.length = 0
    await measure('store-size', { ...bench, startSubject })
    expect(new Set(asked)).toEqual(new Set([true]))
  })

  it('has the points that are asked for', () => {
    const params = (id: string) =>
      SCENARIOS.filter((scenario) => scenario.id === id).map(
        (scenario) => withEntries(scenario, [10, 20]).params,
      )
    expect(params('store-size')).toEqual([[{ entries: 10 }, { entries: 20 }]])
    expect(params('verify')).toEqual([[{}]])
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

describe('blacklist-size', () => {
  it('fills a store once for all of its distances, and goes there and back', async () => {
    const { cells, bench } = await measure('blacklist-size')
    const own = bench.journal
      .filter((line) => /^(fill|enter) session-redis/.test(line))
      .map((line) => line.replace(/\{.*"storeRttMs":(\d+).*/, '$1 ms'))
    expect(own).toEqual([
      'enter session-redis 1 ms',
      'enter session-redis 0 ms',
      'fill session-redis 100000',
      'enter session-redis 1 ms',
    ])
    const fills = cells.flatMap((cell) =>
      cell.state === 'completed' && cell.strategy === 'session-redis' ? [cell.fill?.entries ?? 0] : [],
    )
    expect(fills).toEqual([0, 0, 100_000, 100_000])
  })

  it('has few connections, so that the proxy in between is not what is measured', async () => {
    const { cells } = await measure('blacklist-size')
    expect(new Set(cells.map((cell) => cell.state === 'completed' && cell.load.connections))).toEqual(
      new Set([FEW_CONNECTIONS]),
    )
    const [scenario] = SCENARIOS.filter(({ id }) => id === 'blacklist-size')
    if (scenario === undefined) throw new Error('no scenario')
    expect(withConnections(scenario, undefined).connections).toBe(FEW_CONNECTIONS)
    expect(withConnections(scenario, 256).connections).toBeUndefined()
  })

  it('has the points that are asked for at every distance', () => {
    const [scenario] = SCENARIOS.filter(({ id }) => id === 'blacklist-size')
    expect(scenario === undefined ? [] : withEntries(scenario, [10, 20]).params).toEqual([
      { entries: 10, storeRttMs: 0 },
      { entries: 10, storeRttMs: 1 },
      { entries: 20, storeRttMs: 0 },
      { entries: 20, storeRttMs: 1 },
    ])
  })
})
