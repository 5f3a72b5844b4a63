import { describe, expect, it } from 'vitest'
import type { Measured } from '../analysis/measured.ts'
import type { Cell, Check } from '../cell.ts'
import { encodeHistogram, newHistogram } from '../histogram.ts'
import { fakeCells } from '../testing/fake-cells.ts'
import { fakeResults } from '../testing/fake-results.ts'
import { fakeStrategy } from '../testing/fake-subjects.ts'
import { findingsOf } from './registry.ts'

const base = fakeResults()
const quiet: Measured = {
  ...base,
  environment: {
    ...base.environment,
    cores: 8,
    pinning: { server: 0, redis: 1, generator: 2, sentence: 'Own cores.' },
  },
  config: { ...base.config, connections: 16 },
  noise: { 'cpu.server': { value: 1, low: 0.99, high: 1.01, rounds: 6 } },
  validity: { ...base.validity, checks: [] },
}

const found = (change: Partial<Measured>, cells: readonly Cell[] = []) =>
  findingsOf({ ...quiet, ...change }, cells)
const troubled = (id: string, value: number, outcome: 'warn' | 'invalid' = 'warn'): Partial<Measured> => ({
  validity: {
    ...quiet.validity,
    checks: [
      {
        id,
        strategy: 'none',
        scenario: 'verify',
        cells: 3,
        value,
        warnLimit: 0.05,
        invalidLimit: 0.1,
        outcome,
        sentence: 'Seen.',
      },
    ],
  },
})

describe('findings', () => {
  it('are silent about a quiet run on a large machine', () => {
    expect(found({})).toEqual([])
  })

  it.each([
    ['client-limited', troubled('generator', 0.97), '97 %'],
    ['steal', troubled('steal', 0.04, 'invalid'), '4.0 %'],
    ['foreign-cpu', troubled('foreign-cpu', 0.08), '8.0 %'],
    ['drift', troubled('drift', 0.07), '7.0 %'],
  ])('name %s with its size', (kind, change, words) => {
    const [finding, ...others] = found(change)
    expect(others).toEqual([])
    expect(finding).toMatchObject({ kind, sentence: expect.stringContaining(words) })
    expect(finding?.advice).not.toBeNull()
  })

  it('advise on what the user did not already do', () => {
    const small = { ...quiet.environment, cores: 2 }
    expect(found({ ...troubled('generator', 0.97), environment: small })[0]?.advice).toContain(
      'this one has 2',
    )
    expect(found(troubled('generator', 0.97))[0]?.advice).not.toContain('4 cores')
  })

  it.each([
    [200, 'Use --profile quick, which warms up with 8,000 requests.'],
    [8000, 'Use --profile full, which warms up with 16,000 requests.'],
    [16_000, 'Close what else is running, such as browsers, indexers and builds, then run again.'],
  ])('send a run that drifts after %i requests where the warm-up is longer', (warmupRequests, advice) => {
    const config = { ...quiet.config, warmupRequests }
    expect(found({ ...troubled('drift', 0.07), config })[0]).toMatchObject({
      sentence: expect.stringContaining('beyond what all servers of the round share'),
      advice,
    })
  })

  it('quote the drift of cells that were kept', () => {
    const checks = [troubled('drift', 0.22), troubled('drift', 0.4, 'invalid')].flatMap(
      ({ validity }) => validity?.checks ?? [],
    )
    const [finding] = found({ validity: { ...quiet.validity, checks } })
    expect(finding?.sentence).toContain('up to 22 % inside 3 cells')
    expect(found(troubled('drift', 0.4, 'invalid'))).toEqual([])
  })

  describe('about servers that were not busy', () => {
    const own = (id: string, warned: readonly string[]): readonly Cell[] => {
      const strategies = [fakeStrategy({ id, state: 'stateless' })]
      const checks = warned.map(
        (check): Check => ({
          id: check,
          value: 0.8,
          warnLimit: 0.95,
          invalidLimit: null,
          outcome: 'warn',
          sentence: 'Seen.',
        }),
      )
      return fakeCells({ strategies, rounds: 2 }).flatMap((cell) =>
        cell.state === 'completed' && cell.arm === 'main' ? [{ ...cell, checks }] : [],
      )
    }
    const strategies = ['a', 'b'].map((id) => fakeStrategy({ id, state: 'stateless' }).info)
    const idle = own('b', ['saturation'])

    it('name them and ask for more connections, up to a limit', () => {
      expect(found({ strategies }, idle)).toEqual([
        {
          kind: 'not-saturated',
          severity: 'info',
          sentence: 'The server was not fully busy in 2 cells of b: throughput there is not its capacity.',
          advice: 'Use more connections than 16: --connections 32.',
        },
      ])
      const config = { ...quiet.config, connections: 64 }
      expect(found({ strategies, config }, idle)[0]?.advice).toBeNull()
    })

    it.each(['generator', 'steal', 'foreign-cpu'])('leave out those that have %s to blame', (cause) => {
      const held = own('a', ['saturation', cause])
      expect(found({ strategies }, held)).toEqual([])
      expect(found({ strategies }, [...held, ...idle])[0]?.sentence).toContain('2 cells of b:')
    })
  })

  it('say how many rounds a useful noise floor takes', () => {
    const values = (factor: number) =>
      [0, 1, 2, 3, 4, 5].map((round) => ({
        round,
        position: 0,
        value: 100 * (1 + factor * (round % 2 === 0 ? 1 : -1)),
      }))
    const row = { strategy: 'none', scenario: 'verify', params: {}, metric: 'cpu.server' }
    const noisy = (factor: number): Partial<Measured> => ({
      noise: { 'cpu.server': { value: 1, low: 1 - factor, high: 1 + factor, rounds: 6 } },
      rounds: [
        { ...row, arm: 'main', values: values(0) },
        { ...row, arm: 'twin', values: values(factor) },
      ],
    })
    // Log-ratios of +0.077 and -0.083 in turn: deviation 0.0878; (2.2 x 0.0878 / 0.05)^2 = 14.9.
    const [finding] = found(noisy(0.08))
    expect(finding?.kind).toBe('wide-noise')
    expect(finding?.sentence).toContain('a difference below 8.7 % cannot be told from noise.')
    expect(finding?.sentence).toContain('At least 15 rounds are needed to narrow it to about 5.0 %.')
    expect(finding?.advice).toMatch(/^Use --profile (ci|full) or --rounds 15\.$/)
    expect(found(noisy(0.4))[0]?.advice).toContain('quieter machine')
    expect(found(noisy(0.04))).toEqual([])
  })

  it('ask for no fewer rounds than one more, and for no more than that without a reason', () => {
    const change = { noise: { 'cpu.server': { value: 1, low: 0.9, high: 1.01, rounds: 6 } }, rounds: [] }
    expect(found(change)[0]?.sentence).toContain('At least 7 rounds')
    const config = { ...quiet.config, rounds: 20 }
    expect(found({ ...change, config })[0]?.advice).toBe('Let all 20 rounds of the run come to their end.')
  })

  it('judge the spread of the noisiest setting by its own pairs', () => {
    const of = (connections: number, arm: 'main' | 'twin', spread: number) => ({
      strategy: 'none',
      scenario: 'verify',
      metric: 'cpu.server',
      params: { connections },
      arm,
      values: [0, 1, 2, 3, 4, 5].map((round) => ({
        round,
        position: 0,
        value: connections * (1 + (round % 2 === 0 ? spread : -spread)),
      })),
    })
    const rounds = [of(16, 'main', 0.08), of(16, 'twin', 0.08), of(64, 'main', 0), of(64, 'twin', 0.08)]
    const noise = { 'cpu.server': { value: 1, low: 0.92, high: 1.08, rounds: 6 } }
    expect(found({ noise, rounds })[0]?.sentence).toContain('At least 15 rounds')
  })

  describe('about a round that stands out', () => {
    const row = (strategy: string, values: readonly number[]) => ({
      strategy,
      arm: 'main' as const,
      scenario: 'verify',
      params: {},
      metric: 'cpu.server',
      values: values.map((value, round) => ({ round, position: 0, value })),
    })

    it('name it, its size and that ratios stand', () => {
      const rounds = [row('a', [50, 52, 74, 50, 49, 51]), row('b', [100, 104, 145, 100, 98, 100])]
      expect(found({ rounds }).map(({ kind, sentence }) => [kind, sentence])).toEqual([
        [
          'uneven-round',
          'Round 3 cost 46 % more for all strategies: ratios are unaffected, differences in µs are wider.',
        ],
      ])
      const cheaper = [row('a', [50, 50, 35, 50]), row('b', [50, 50, 35, 50]), row('c', [50, 50, 51, 50])]
      expect(found({ rounds: cheaper })[0]?.sentence).toContain('Round 3 cost 30 % less for most strategies')
    })

    it('are silent up to a fifth, and where one of two would have to be chosen', () => {
      expect(found({ rounds: [row('a', [50, 50, 59, 50])] })).toEqual([])
      expect(found({ rounds: [row('a', [50, 90])] })).toEqual([])
    })

    it('name a round of an open loop once, when all its points show it, by the one that shows it least', () => {
      const at = (load: number, values: readonly number[]) => ({
        ...row('a', values),
        scenario: 'iso-load',
        params: { load },
      })
      const steady = row('a', [50, 50, 50, 50])
      const shared = [steady, at(0.5, [50, 50, 75, 50]), at(0.8, [40, 40, 52, 40])]
      expect(found({ rounds: shared }).map(({ sentence }) => sentence)).toEqual([
        expect.stringMatching(/^Round 3 of “iso-load” cost 30 % more for all strategies/),
      ])
      expect(found({ rounds: [steady, at(0.5, [50, 50, 75, 50]), at(0.8, [40, 40, 40, 40])] })).toEqual([])
      expect(found({ rounds: [steady, at(0.5, [50, 50, 75, 50]), at(0.8, [40, 40, 28, 40])] })).toEqual([])
    })

    it('do not take a round for dear in which only cheap strategies are missing', () => {
      const dear = row('dear', [100, 100, 100, 100])
      const cheap = row('cheap', [20, 20, 20, 20])
      const rounds = [dear, { ...cheap, values: cheap.values.filter(({ round }) => round !== 2) }]
      expect(found({ rounds })).toEqual([])
    })
  })

  describe('about an open loop', () => {
    const hdr = (us: number) => {
      const histogram = newHistogram()
      histogram.recordValueWithCount(us, 1000)
      return encodeHistogram(histogram)
    }
    const strategies = ['a', 'b'].map((id) => fakeStrategy({ id, state: 'stateless' }).info)
    const paced = (
      id: string,
      seen: {
        missing: number
        lagUs: number
        queued: number
        outcome?: Check['outcome']
        latencyUs?: number
      },
    ): readonly Cell[] =>
      fakeCells({ strategies: [fakeStrategy({ id, state: 'stateless' })], rounds: 1 }).flatMap((cell) => {
        if (cell.state !== 'completed' || cell.arm !== 'main') return []
        const pacing = {
          schedule: 'poisson' as const,
          arrivals: 1000,
          targetRate: 1000,
          achievedRate: 1000 * (1 - seen.missing),
          queued: seen.queued,
          longestQueue: seen.queued,
          serviceHdr: hdr(500),
          lagHdr: hdr(seen.lagUs),
          inFlightUs: 1,
          serviceUs: 1,
        }
        const check: Check = {
          id: 'pacing',
          value: seen.missing,
          warnLimit: 0.01,
          invalidLimit: 0.05,
          outcome: seen.outcome ?? 'warn',
          sentence: 'Seen.',
        }
        const state = seen.outcome === 'invalid' ? ('invalid' as const) : ('completed' as const)
        const load = { ...cell.load, pacing, latencyHdr: hdr(seen.latencyUs ?? 600) }
        return [{ ...cell, state, load, checks: [check] }]
      })
    const fellBehind = (change: Partial<Measured>, cells: readonly Cell[]) =>
      found({ strategies, ...change }, cells).filter(({ kind }) => kind === 'fell-behind')

    it('say that the server could not keep the rate, how far, and what helps', () => {
      const cells = [
        ...paced('a', { missing: 0.03, lagUs: 40, queued: 300 }),
        ...paced('b', { missing: 0.12, lagUs: 40, queued: 500, outcome: 'invalid' }),
      ]
      expect(fellBehind({}, cells)).toEqual([
        {
          kind: 'fell-behind',
          severity: 'warning',
          sentence:
            'The server could not keep the arrival rate in 2 cells of a and b: down to 88 % of it was sent, the rest had to wait for a free connection, so that latency there depends on how long the window is.',
          advice: 'Read the points at a lower load, or run again on a quieter machine.',
        },
      ])
    })

    it('say that the client was late, by how much, and what helps', () => {
      const cells = paced('a', { missing: 0, lagUs: 4200, queued: 0 })
      const environment = { ...quiet.environment, cores: 2 }
      const [finding, ...others] = fellBehind({ environment }, cells)
      expect(others).toEqual([])
      expect(finding?.sentence).toMatch(
        /^The load generator was late in 1 cell of a; in the worst, 1 of 100 requests left 4\.2 ms or more after it was due/,
      )
      expect(finding?.advice).toContain('4 cores or more (this one has 2)')
    })

    it('blame the client for a queue when it was late with requests that had a free connection too', () => {
      const late = paced('a', { missing: 0.1, lagUs: 9000, queued: 400, outcome: 'invalid' })
      expect(fellBehind({}, late)[0]?.sentence).toMatch(/^The load generator was late/)
      const slow = paced('a', { missing: 0.1, lagUs: 9000, queued: 400, latencyUs: 200_000 })
      expect(fellBehind({}, slow)[0]?.sentence).toMatch(/^The server could not keep/)
    })

    it('are silent where requests left in time', () => {
      expect(fellBehind({}, paced('a', { missing: 0, lagUs: 40, queued: 0, outcome: 'ok' }))).toEqual([])
    })
  })

  it('count servers that still became cheaper, once for all points that they were measured at', () => {
    const strategies = [fakeStrategy({ id: 'a', state: 'stateless' })]
    const cells = [0.5, 0.8].flatMap((load) =>
      fakeCells({ strategies, rounds: 2, scenario: 'iso-load', params: { load } }).flatMap((cell) =>
        cell.state === 'completed' && cell.arm === 'main'
          ? [{ ...cell, warmup: { ...cell.warmup, converged: cell.round !== 0 } }]
          : [],
      ),
    )
    const change = { strategies: strategies.map(({ info }) => info) }
    const config = { ...quiet.config, warmupRequests: 8000 }
    expect(found({ ...change, config }, cells)).toEqual([
      {
        kind: 'not-converged',
        severity: 'warning',
        sentence:
          'A request still became cheaper at the end of the warm-up of 1 server of a, which may look dearer than it is.',
        advice: 'Use --profile full, which warms up with 16,000 requests.',
      },
    ])
    const longest = { ...quiet.config, warmupRequests: 16_000 }
    expect(found({ ...change, config: longest }, cells)[0]?.advice).toBeNull()
  })

  it('name what is missing below six rounds, by the profile in use', () => {
    const config = { ...quiet.config, rounds: 2 }
    expect(found({ config: { ...config, profile: 'smoke' } })[0]?.advice).toBe(
      'Use --profile quick or --rounds 6.',
    )
    expect(found({ config: { ...config, profile: 'quick' } })[0]?.advice).toBe(
      'Leave out --rounds, or use --rounds 6 or more.',
    )
  })

  describe('about cells that were lost', () => {
    const cells = fakeCells({ strategies: [fakeStrategy({ id: 'a', state: 'stateless' })], rounds: 3 })
    const [first] = cells
    if (first?.state !== 'completed') throw new Error('no cell')
    const invalid: Cell = { ...first, state: 'invalid' }
    const failed = (cell: Cell): Cell => {
      const { strategy, arm, scenario, params, round, position, attempt } = cell
      const error = { code: 'SERVER_EXITED', message: 'gone' }
      return { state: 'failed', strategy, arm, scenario, params, round, position, attempt, error }
    }

    it('say of one that was repeated what that means', () => {
      const repeated = [invalid, { ...first, attempt: 1 }, ...cells.slice(1)]
      const expected = {
        kind: 'repeated-cells',
        severity: 'info',
        sentence:
          '1 cell was invalid and was measured again right after, no longer alternating with the others. 6 cells were used.',
        advice: null,
      }
      expect(found({}, repeated)).toEqual([expected])
      expect(found({}, repeated.reverse())).toEqual([expected])
    })

    it('count those that stayed so, and say where the reasons are', () => {
      const [fifth] = cells.slice(4)
      if (fifth?.state !== 'completed') throw new Error('no cell')
      const unstable = [{ ...fifth, state: 'invalid' } as const, failed({ ...fifth, attempt: 1 })]
      const stayed = [invalid, { ...invalid, attempt: 1 } as const]
      const lost = [...stayed, ...cells.slice(1, 4), ...unstable, ...cells.slice(5).map(failed)]
      const [finding, repeated] = found({}, lost)
      expect(finding).toMatchObject({
        kind: 'lost-cells',
        sentence:
          '2 cells failed and 1 cell stayed invalid: their rounds count for the other strategies only. 3 cells were used.',
        advice: null,
      })
      expect(repeated?.sentence).toContain('2 cells were invalid and were measured again')
      const named = found({ validity: { ...quiet.validity, reasons: ['x'] } }, lost)[0]
      expect(named?.sentence).toContain('listed under validity')
      expect(named?.advice).toContain('first cause')
    })

    it('do not count what the end of the run interrupted', () => {
      expect(found({}, [{ ...first, state: 'interrupted' }, ...cells.slice(1)])).toEqual([])
    })
  })

  it('tell of processes that are not pinned or share a core', () => {
    const pinning = { server: null, redis: null, generator: null, sentence: 'Nothing is pinned: no taskset.' }
    expect(found({ environment: { ...quiet.environment, pinning } })[0]).toMatchObject({
      kind: 'unpinned',
      sentence: 'Nothing is pinned: no taskset.',
    })
    expect(found({ environment: base.environment }).map(({ kind }) => kind)).toEqual(['shared-core'])
  })
})
