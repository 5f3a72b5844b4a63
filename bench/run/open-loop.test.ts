import { describe, expect, it } from 'vitest'
import { STRATEGIES } from '../../servers/registry.ts'
import { type Options, resolveConfig } from '../../src/plan/config.ts'
import { type Cell, type CompletedCell, cellSchema } from '../../src/results/cell.ts'
import { SCENARIOS } from '../scenarios/registry.ts'
import { atRate } from '../scenarios/scenario.ts'
import { type FakeBenchOptions, fakeBench } from '../testing/fake-bench.ts'
import { runAll } from './runner.ts'

const IDS = ['none', 'jwt-hs256', 'session-redis'] as const

/** 50,000, 20,000 and 10,000 requests per second. */
const SERVERS = {
  none: { cpuUs: 20 },
  'none-twin': { cpuUs: 20 },
  'jwt-hs256': { cpuUs: 50 },
  'session-redis': { cpuUs: 100 },
}

async function run(
  scenario: string,
  options: FakeBenchOptions = {},
  more: Options = {},
  maxRate: number | undefined = undefined,
) {
  const windows: { strategy: string; rate: number }[] = []
  const bench = fakeBench({
    servers: SERVERS,
    ...options,
    onWindow: (strategy, rate) => windows.push({ strategy, rate }),
  })
  const resolved = resolveConfig(
    { rounds: 1, profile: 'smoke', scenarios: [scenario], ...more },
    { strategies: IDS, scenarios: SCENARIOS.map(({ id }) => id) },
    { profile: 'quick', seed: 1, extraClaims: [] },
  )
  const config = maxRate === undefined ? resolved : { ...resolved, maxRate, warmupRequests: 2000 }
  const { cells, fatal } = await runAll(
    {
      config,
      strategies: IDS.map((id) => STRATEGIES[id]),
      scenarios: SCENARIOS.filter(({ id }) => id === scenario).map((each) => atRate(each, maxRate)),
      keyPrefix: 'authbench:test:',
    },
    { bench, signal: new AbortController().signal, listener: () => undefined, keep: () => undefined },
  )
  return { cells, fatal, windows, bench }
}

const completed = (cells: readonly Cell[]): readonly CompletedCell[] =>
  cells.filter((cell) => cell.state === 'completed')
const rateOf = ({ load }: CompletedCell) => Math.round(load.pacing?.targetRate ?? 0)

describe('an open loop', () => {
  it('gives every strategy the same arrivals: shares of what the slowest one serves', async () => {
    const { cells, fatal } = await run('iso-load')
    expect(fatal).toBeNull()
    for (const cell of cells) expect(() => cellSchema.parse(cell)).not.toThrow()
    const rates = completed(cells).map((cell) => [cell.strategy, cell.arm, cell.params.load, rateOf(cell)])
    expect(rates.toSorted()).toEqual(
      [0.5, 0.8]
        .flatMap((load) =>
          [
            ['none', 'main'],
            ['none', 'twin'],
            ['jwt-hs256', 'main'],
            ['session-redis', 'main'],
          ].map((subject) => [...subject, load, 10_000 * load]),
        )
        .toSorted(),
    )
  })

  it('loads each strategy in proportion to its own capacity for the curve', async () => {
    const { cells } = await run('curve')
    const session = completed(cells).filter(({ strategy }) => strategy === 'session-redis')
    expect(session.map(rateOf)).toEqual([2000, 4000, 6000, 7000, 8000, 9000])
    const none = completed(cells).filter(({ strategy, arm }) => strategy === 'none' && arm === 'main')
    expect(none.map(rateOf)).toEqual([10_000, 20_000, 30_000, 35_000, 40_000, 45_000])
  })

  it('starts the servers once for all points of a round', async () => {
    const { bench } = await run('curve')
    expect(bench.journal.filter((line) => line.startsWith('start '))).toHaveLength(4)
  })

  it('measures again what the machine disturbed at one point, and nothing else', async () => {
    // Warm-up, two capacity windows and one to settle come before it.
    const servers = { ...SERVERS, 'jwt-hs256': { cpuUs: 50, fallsBehindInSlice: 4 } }
    const { cells } = await run('iso-load', { servers })
    const own = cells.filter(({ strategy }) => strategy === 'jwt-hs256')
    expect(own.map(({ params, attempt, state }) => [params.load, attempt, state])).toEqual([
      [0.5, 0, 'invalid'],
      [0.5, 1, 'completed'],
      [0.8, 0, 'completed'],
    ])
    expect(completed(own).map(rateOf)).toEqual([5000, 8000])
    expect(
      own[0]?.state === 'invalid' && own[0].checks.find(({ outcome }) => outcome === 'invalid')?.id,
    ).toBe('pacing')
  })

  it('keeps the point that was whole when a server dies at the next', async () => {
    const servers = { ...SERVERS, 'jwt-hs256': { cpuUs: 50, diesInSlice: 6 } }
    const { cells } = await run('iso-load', { servers })
    const own = cells.filter(({ strategy }) => strategy === 'jwt-hs256')
    expect(own.map(({ params, state }) => [params.load, state])).toEqual([
      [0.5, 'completed'],
      [0.8, 'failed'],
    ])
  })

  it('does not take the rate of wrong answers for a capacity, nor let it set the load of the others', async () => {
    const servers = { ...SERVERS, 'session-redis': { cpuUs: 100, wrongStatusInSlice: 1 } }
    const { cells } = await run('iso-load', { servers })
    const own = cells.filter(({ strategy }) => strategy === 'session-redis')
    expect(own.map(({ state }) => state)).toEqual(['failed', 'failed'])
    expect(own[0]?.state === 'failed' && own[0].error.code).toBe('LOAD_UNSOUND')
    // The slowest of those that answer serves 20,000 requests per second.
    expect(new Set(completed(cells).map(rateOf))).toEqual(new Set([10_000, 16_000]))
  })

  it('leaves no point of a server unsaid that lost connections at an earlier one', async () => {
    const servers = { ...SERVERS, 'jwt-hs256': { cpuUs: 50, losesConnectionsInSlice: 4 } }
    const { cells } = await run('iso-load', { servers })
    const own = cells.filter(({ strategy }) => strategy === 'jwt-hs256')
    expect(own.map(({ params, state }) => [params.load, state])).toEqual([
      [0.5, 'invalid'],
      [0.8, 'failed'],
    ])
  })

  it('searches once more where the machine disturbed the search', async () => {
    const servers = { ...SERVERS, 'jwt-hs256': { cpuUs: 50, disturbedInSlice: 5 } }
    const { cells } = await run('slo', { servers })
    const own = cells.filter(({ strategy }) => strategy === 'jwt-hs256')
    expect(own.map(({ attempt, state }) => [attempt, state])).toEqual([
      [0, 'invalid'],
      [1, 'completed'],
    ])
    expect(completed(own)[0]?.search?.passed).toBeGreaterThan(19_000)
  })

  it('searches the highest rate of each strategy, all in turn', async () => {
    const { cells, windows } = await run('slo')
    for (const [strategy, capacity] of [
      ['none', 50_000],
      ['jwt-hs256', 20_000],
      ['session-redis', 10_000],
    ] as const) {
      const [cell] = completed(cells).filter((each) => each.strategy === strategy)
      expect(cell?.search?.passed).toBeLessThanOrEqual(capacity)
      expect(cell?.search?.passed).toBeGreaterThan(capacity / 1.05)
      expect(cell?.search?.failed).toBeGreaterThan(capacity)
    }
    // Alternating: the same server comes twice in a row only where the order turns.
    const trials = windows.slice(8 + 4).map(({ strategy }) => strategy)
    expect(new Set(trials.slice(0, 4)).size).toBe(4)
    expect(trials.slice(4, 8)).toEqual(trials.slice(0, 4).toReversed())
  })

  it('keeps to the rate of a target elsewhere: no closed loop, and no window above it', async () => {
    for (const scenario of ['iso-load', 'slo']) {
      const { cells, windows, bench } = await run(scenario, {}, {}, 100)
      expect([...bench.opened.keys()].filter((key) => !key.endsWith(' paced'))).toEqual([])
      expect(bench.journal.filter((line) => line.startsWith('warm up'))).toEqual([])
      expect(Math.max(...windows.map(({ rate }) => rate))).toBe(100)
      expect(completed(cells)).toHaveLength(IDS.length + 1)
      for (const cell of completed(cells)) {
        if (scenario === 'slo') expect(cell.search).toEqual({ passed: 100, failed: null })
        else expect([cell.params, rateOf(cell)]).toEqual([{ rate: 100 }, 100])
        expect(cell.warmup).toEqual({ requests: 2000, wanted: 2000, converged: null })
      }
    }
  })
})
