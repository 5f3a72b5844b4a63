import { describe, expect, it } from 'vitest'
import type { Cell, Check } from '../results/cell.ts'
import type { MeasuredResults } from '../results/results.ts'
import { fakeCells } from '../testing/fake-cells.ts'
import { fakeResults } from '../testing/fake-results.ts'
import { fakeStrategy } from '../testing/fake-subjects.ts'
import { found, quiet } from '../testing/quiet-run.ts'

const troubled = (
  id: string,
  value: number,
  outcome: 'warn' | 'invalid' = 'warn',
): Partial<MeasuredResults> => ({
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
    ['throttling', troubled('throttling', 0.05, 'invalid'), '5.0 %'],
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
    [200, 'Use --profile quick, which warms up with 40 times as many requests.'],
    [8000, 'Use --profile full, which warms up with 2 times as many requests.'],
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
          sentence:
            'The server was not fully busy in 2 cells of b: its throughput there is below its capacity.',
          advice: 'Use more connections than 16: --connections 32.',
        },
      ])
      const config = { ...quiet.config, connections: 64 }
      expect(found({ strategies, config }, idle)[0]?.advice).toBeNull()
    })

    it('are none where a scenario has few connections of its own', () => {
      const scenarios = quiet.scenarios.map((scenario) => ({ ...scenario, connections: 4 }))
      expect(found({ strategies, scenarios }, idle)).toEqual([])
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
    const noisy = (factor: number): Partial<MeasuredResults> => ({
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

  it('name what is missing below six rounds, by the profile in use', () => {
    const config = { ...quiet.config, rounds: 2 }
    expect(found({ config: { ...config, profile: 'smoke' } })[0]?.advice).toBe(
      'Use --profile quick or --rounds 6.',
    )
    expect(found({ config: { ...config, profile: 'quick' } })[0]?.advice).toBe(
      'Leave out --rounds, or use --rounds 6 or more.',
    )
  })

  it('tell of processes that are not pinned or share a core', () => {
    const pinning = { server: null, redis: null, generator: null, sentence: 'Nothing is pinned: no taskset.' }
    expect(found({ environment: { ...quiet.environment, pinning } })[0]).toMatchObject({
      kind: 'unpinned',
      sentence: 'Nothing is pinned: no taskset.',
    })
    expect(found({ environment: fakeResults().environment }).map(({ kind }) => kind)).toEqual(['shared-core'])
  })
})
