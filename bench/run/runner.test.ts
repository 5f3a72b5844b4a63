import { describe, expect, it } from 'vitest'
import { STRATEGIES } from '../../servers/registry.ts'
import { resolveConfig } from '../../src/plan/config.ts'
import { type Cell, cellSchema } from '../../src/results/cell.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import { SCENARIOS } from '../scenarios/registry.ts'
import { type FakeBench, type FakeBenchOptions, fakeBench } from '../testing/fake-bench.ts'
import { runAll } from './runner.ts'

const IDS = ['none', 'jwt-hs256', 'session-redis'] as const

function start(options: FakeBenchOptions = {}, rounds = 2, controller = new AbortController()) {
  const bench = fakeBench(options)
  const config = resolveConfig(
    { rounds, profile: 'smoke' },
    { strategies: IDS, scenarios: ['verify'] },
    { profile: 'quick', seed: 1, extraClaims: [] },
  )
  const kept: Cell[] = []
  const outcome = runAll(
    {
      config,
      strategies: IDS.map((id) => STRATEGIES[id]),
      scenarios: SCENARIOS.filter(({ id }) => id === 'verify'),
      keyPrefix: 'authbench:test:',
    },
    { bench, signal: controller.signal, listener: () => undefined, keep: (cell) => kept.push(cell) },
  )
  return { bench, kept, outcome, controller }
}

const states = (cells: readonly Cell[]) =>
  cells.map(({ strategy, arm, round, state }) => `${round} ${strategy} ${arm} ${state}`).sort()
const expectNothingLeft = (bench: FakeBench) => expect([...bench.running]).toEqual([])

describe('runner', () => {
  it('gives one schema-valid cell for each strategy, the baseline twice, in each round', async () => {
    const { outcome, kept, bench } = start()
    const { cells, partial, fatal } = await outcome
    expect(states(cells)).toEqual([
      '0 jwt-hs256 main completed',
      '0 none main completed',
      '0 none twin completed',
      '0 session-redis main completed',
      '1 jwt-hs256 main completed',
      '1 none main completed',
      '1 none twin completed',
      '1 session-redis main completed',
    ])
    for (const cell of cells) expect(() => cellSchema.parse(cell)).not.toThrow()
    expect(kept).toEqual(cells)
    expect({ partial, fatal }).toEqual({ partial: false, fatal: null })
    expectNothingLeft(bench)
  })

  it('starts every server anew in each round and clears its keys after it', async () => {
    const { outcome, bench } = start()
    await outcome
    expect(bench.journal.filter((line) => line === 'start jwt-hs256')).toHaveLength(2)
    expect(bench.cleared).toEqual(['authbench:test:verify:0000:', 'authbench:test:verify:0001:'])
  })

  it('alternates slices: every pass visits every server once, in reverse order the next time', async () => {
    const { outcome, bench } = start({}, 1)
    await outcome
    const slices = bench.journal.filter((line) => line.startsWith('slice '))
    expect(slices).toHaveLength(8)
    const [first, second] = [slices.slice(0, 4), slices.slice(4)]
    expect(new Set(first).size).toBe(4)
    expect(second).toEqual(first.toReversed())
  })

  it('warms every server up before the first slice of any, and leaves that out of the cells', async () => {
    const { outcome, bench } = start({}, 1)
    for (const cell of (await outcome).cells) {
      expect(cell).toMatchObject({ state: 'completed', warmup: { requests: 200, wanted: 200 } })
      expect(cell.state === 'completed' ? cell.load.slices.length : 0).toBe(2)
    }
    const asked = bench.journal.indexOf('ask jwt-hs256')
    expect(asked).toBeGreaterThan(-1)
    expect(asked).toBeLessThan(bench.journal.indexOf('warm up jwt-hs256'))
    const firstSlice = bench.journal.findIndex((line) => line.startsWith('slice '))
    expect(bench.journal.slice(0, firstSlice).filter((line) => line.startsWith('warm up '))).toHaveLength(4)
  })

  it('fails the cell of a server that dies while it is warmed up', async () => {
    const { outcome } = start({ servers: { 'jwt-hs256': { cpuUs: 50, diesInSlice: 0 } } }, 1)
    expect((await outcome).cells.find(({ strategy }) => strategy === 'jwt-hs256')).toMatchObject({
      state: 'failed',
      error: { code: 'CHILD_DIED' },
    })
  })

  it('fails the cell of a server that dies, with the cause, and goes on', async () => {
    const { outcome, bench } = start({ servers: { 'jwt-hs256': { cpuUs: 50, diesInSlice: 2 } } })
    const { cells, partial } = await outcome
    const dead = cells.filter(({ strategy }) => strategy === 'jwt-hs256')
    expect(dead).toHaveLength(2)
    for (const cell of dead) {
      expect(cell).toMatchObject({
        state: 'failed',
        error: { code: 'CHILD_DIED', message: expect.stringContaining('SIGKILL') },
      })
    }
    expect(cells.filter(({ state }) => state === 'completed')).toHaveLength(6)
    expect(partial).toBe(false)
    expectNothingLeft(bench)
  })

  it('fails the cell of a server that does not start, and goes on', async () => {
    const { outcome } = start({ servers: { 'session-redis': { cpuUs: 50, failsToStart: true } } }, 1)
    const { cells } = await outcome
    expect(cells.find(({ strategy }) => strategy === 'session-redis')).toMatchObject({
      state: 'failed',
      error: { code: 'WEAK_KEY' },
    })
    expect(cells.filter(({ state }) => state === 'completed')).toHaveLength(3)
  })

  it('never completes the cell of a server that answers 401 quickly', async () => {
    const { outcome } = start({ servers: { 'jwt-hs256': { cpuUs: 5, status: 401 } } }, 1)
    const cells = (await outcome).cells.filter(({ strategy }) => strategy === 'jwt-hs256')
    expect(cells.map(({ state, attempt }) => `${attempt} ${state}`)).toEqual(['0 invalid'])
  })

  it('measures a cell that the machine disturbed once more, and keeps both attempts', async () => {
    const { outcome, bench } = start({ servers: { 'jwt-hs256': { cpuUs: 50, disturbedInSlice: 1 } } }, 1)
    const cells = (await outcome).cells.filter(({ strategy }) => strategy === 'jwt-hs256')
    expect(cells.map(({ state, attempt }) => `${attempt} ${state}`)).toEqual(['0 invalid', '1 completed'])
    expect(bench.journal.filter((line) => line.startsWith('slice ')).slice(8)).toEqual(
      Array(2).fill('slice jwt-hs256'),
    )
  })

  it('measures the other copies of its strategy with it, next to each other in time', async () => {
    const { outcome, bench } = start({ servers: { none: { cpuUs: 50, disturbedInSlice: 1 } } }, 1)
    const cells = (await outcome).cells.filter(({ strategy }) => strategy === 'none')
    expect(cells.map(({ arm, state, attempt }) => `${arm} ${attempt} ${state}`).toSorted()).toEqual([
      'main 0 invalid',
      'main 1 completed',
      'twin 0 completed',
      'twin 1 completed',
    ])
    const repeats = bench.journal.filter((line) => line.startsWith('slice ')).slice(8)
    expect(repeats.toSorted()).toEqual(['slice none', 'slice none', 'slice none-twin', 'slice none-twin'])
    expect(repeats.slice(2)).toEqual(repeats.slice(0, 2).toReversed())
  })

  it('does not measure a wrong answer until it does not come', async () => {
    const { outcome } = start({ servers: { 'jwt-hs256': { cpuUs: 50, wrongStatusInSlice: 1 } } }, 1)
    const cells = (await outcome).cells.filter(({ strategy }) => strategy === 'jwt-hs256')
    expect(cells.map(({ state, attempt }) => `${attempt} ${state}`)).toEqual(['0 invalid'])
  })

  it('ends with what it has when the load generator is lost, and blames no server', async () => {
    let slices = 0
    const { outcome, bench } = start(
      {
        onSlice: () => {
          slices += 1
          if (slices > 10) throw new AuthbenchError('GENERATOR_LOST', 'it died', { next: '', exitCode: 3 })
        },
      },
      3,
    )
    const { cells, partial, fatal } = await outcome
    expect(fatal?.code).toBe('GENERATOR_LOST')
    expect(partial).toBe(true)
    expect(cells.filter(({ state }) => state === 'failed')).toEqual([])
    expect(cells.filter(({ state }) => state === 'completed')).toHaveLength(4)
    expectNothingLeft(bench)
  })

  it('is partial when it is interrupted before the last round has measured anything', async () => {
    const controller = new AbortController()
    const { outcome, bench } = start({ onStart: (count) => count > 4 && controller.abort() }, 2, controller)
    const { cells, partial } = await outcome
    expect(cells).toHaveLength(4)
    expect(partial).toBe(true)
    expectNothingLeft(bench)
  })

  it('reports what was measured when a cell cannot be kept any more', async () => {
    const bench = fakeBench()
    const config = resolveConfig(
      { rounds: 3, profile: 'smoke' },
      { strategies: IDS, scenarios: ['verify'] },
      { profile: 'quick', seed: 1, extraClaims: [] },
    )
    let kept = 0
    const { cells, partial, fatal } = await runAll(
      {
        config,
        strategies: IDS.map((id) => STRATEGIES[id]),
        scenarios: SCENARIOS.filter(({ id }) => id === 'verify'),
        keyPrefix: 'authbench:test:',
      },
      {
        bench,
        signal: new AbortController().signal,
        listener: () => undefined,
        keep() {
          kept += 1
          if (kept > 4) throw new AuthbenchError('OUT_NOT_WRITABLE', 'disk full', { next: '', exitCode: 3 })
        },
      },
    )
    expect({ partial, code: fatal?.code }).toEqual({ partial: true, code: 'OUT_NOT_WRITABLE' })
    expect(cells.length).toBeGreaterThanOrEqual(4)
  })

  it('keeps the measured slices as interrupted when the user ends the run, and stops everything', async () => {
    let slices = 0
    const controller = new AbortController()
    const { outcome, kept, bench } = start(
      {
        onSlice: () => {
          slices += 1
          if (slices === 3) controller.abort()
        },
      },
      3,
      controller,
    )
    const { cells, partial } = await outcome
    expect(partial).toBe(true)
    expect(cells.length).toBeGreaterThan(0)
    expect(cells.every(({ state, round }) => state === 'interrupted' && round === 0)).toBe(true)
    expect(kept).toEqual(cells)
    expectNothingLeft(bench)
  })

  it('ends with the cells so far when the store is lost', async () => {
    let measures = 0
    const { outcome, bench } = start(
      {
        onMeasure: () => {
          measures += 1
          if (measures === 20)
            throw new AuthbenchError('REDIS_LOST', 'Redis is gone', { next: '', exitCode: 3 })
        },
      },
      3,
    )
    const { cells, partial, fatal } = await outcome
    expect(fatal?.code).toBe('REDIS_LOST')
    expect(partial).toBe(true)
    expect(cells.filter(({ round, state }) => round === 0 && state === 'completed')).toHaveLength(4)
    expectNothingLeft(bench)
  })

  it('measures a scenario on the strategies that it applies to, the first of them twice', async () => {
    const bench = fakeBench()
    const infos = IDS.map((id) => ({ ...STRATEGIES[id], refreshes: id !== 'none' }))
    const config = resolveConfig(
      { rounds: 1, profile: 'smoke', scenarios: ['login', 'refresh'] },
      { strategies: IDS, scenarios: ['login', 'refresh'] },
      { profile: 'quick', seed: 1, extraClaims: [] },
    )
    const { cells } = await runAll(
      {
        config,
        strategies: infos,
        scenarios: SCENARIOS.filter(({ id }) => id === 'login' || id === 'refresh'),
        keyPrefix: 'authbench:test:',
      },
      { bench, signal: new AbortController().signal, listener: () => undefined, keep: () => undefined },
    )
    expect(cells.map(({ scenario, strategy, arm }) => `${scenario} ${strategy} ${arm}`).sort()).toEqual([
      'login jwt-hs256 main',
      'login none main',
      'login none twin',
      'login session-redis main',
      'refresh jwt-hs256 main',
      'refresh jwt-hs256 twin',
      'refresh session-redis main',
    ])
    const cohorts = cells.map((cell) => (cell.state === 'completed' ? Object.keys(cell.load.cohorts) : []))
    expect(new Set(cohorts.flat())).toEqual(new Set(['login', 'refresh']))
    for (const cell of cells) expect(() => cellSchema.parse(cell)).not.toThrow()
    const { requests, opening } = bench.opened.get('session-redis autocannon') ?? {}
    expect(requests?.every(({ path }) => path === '/refresh')).toBe(true)
    expect(opening?.every(({ path }) => path === '/login')).toBe(true)
  })

  it('divides store commands by responses exactly', async () => {
    const { outcome } = start({ commands: { 'session-redis': 1 } }, 1)
    const cell = (await outcome).cells.find(({ strategy }) => strategy === 'session-redis')
    expect(cell).toMatchObject({ store: { commands: { get: 2000 } }, load: { responses: 2000 } })
  })
})
