import { describe, expect, it } from 'vitest'
import { type AnalysisContext, analyse } from './analyse.ts'
import type { Cell } from './cell.ts'
import { resultsSchema } from './results.ts'
import { fakeCells, serverTimes } from './testing/fake-cells.ts'
import { FAKE_STRATEGIES, fakeContext, fakeStrategy } from './testing/fake-subjects.ts'

const none = fakeStrategy({ id: 'none', state: 'none' }, { serverUs: 60, credentialBytes: 0 })
const cheap = fakeStrategy({ id: 'cheap', state: 'stateless' }, { serverUs: 90 })
const dear = fakeStrategy(
  { id: 'dear', state: 'stateful', needs: ['redis'] },
  { serverUs: 135, redisUs: 12, redisCommands: 1, credentialBytes: 43 },
)
const alike = fakeStrategy({ id: 'alike', state: 'stateful' }, { serverUs: 60, credentialBytes: 0 })
const STRATEGIES = [none, cheap, dear, alike]

const made = new Map<number, readonly Cell[]>()
/** Made once: histograms take most of the time of these tests. */
function baseCells(rounds: number): Cell[] {
  const cells = made.get(rounds) ?? fakeCells({ strategies: STRATEGIES, rounds })
  made.set(rounds, cells)
  return [...cells]
}

const run = (
  rounds: number,
  change: (cells: Cell[]) => Cell[] = (cells) => cells,
  context?: Partial<AnalysisContext>,
) =>
  analyse(change(baseCells(rounds)), {
    ...fakeContext(STRATEGIES, rounds),
    ...context,
  })

const compared = (results: ReturnType<typeof analyse>, metric: string, strategy: string, baseline = 'none') =>
  results.comparisons.find(
    (row) => row.metric === metric && row.strategy === strategy && row.baseline === baseline,
  )

const invalidated = (cell: Cell): Cell =>
  cell.state === 'completed'
    ? {
        ...cell,
        state: 'invalid',
        checks: [
          {
            id: 'statuses',
            value: 3,
            warnLimit: null,
            invalidLimit: 0,
            outcome: 'invalid',
            sentence: '3 responses were wrong.',
          },
        ],
      }
    : cell

/** The second copy of the baseline, made to cost so many times as much. */
function twinAt(cell: Cell, factor: number): Cell {
  if (cell.state === 'failed' || cell.arm !== 'twin') return cell
  const slices = cell.load.slices.map((slice) => ({
    ...slice,
    ...serverTimes(factor, slice),
  }))
  return { ...cell, load: { ...cell.load, slices } }
}

describe('analyse', () => {
  it('gives results that fit their schema, and survive JSON', () => {
    const results = run(6)
    expect(resultsSchema.parse(JSON.parse(JSON.stringify(results)))).toEqual(results)
    expect(results.validity).toMatchObject({ verdict: 'ok', reasons: [] })
  })

  it('says the same for the same cells, in whatever order they were written', () => {
    expect(run(6, (cells) => cells.reverse())).toEqual(run(6))
  })

  it.each([
    ['cheap', 'none', 1.5],
    ['dear', 'none', 2.25],
    ['dear', 'cheap', 1.5],
  ])('finds what %s costs next to %s', (strategy, baseline, ratio) => {
    const cpu = compared(run(12), 'cpu.server', strategy, baseline)
    expect(cpu?.verdict).toBe('worse')
    expect(cpu?.ratio?.value).toBeCloseTo(ratio, 1)
    expect(cpu?.ratio?.low).toBeGreaterThan(ratio * 0.95)
    expect(cpu?.ratio?.high).toBeLessThan(ratio * 1.05)
    expect(cpu?.p).toBeLessThan(0.001)
  })

  it('pairs by round, so that a spread of 10 % between rounds does not hide a difference of 3 %', () => {
    const close = fakeStrategy({ id: 'close', state: 'stateless' }, { serverUs: 61.8 })
    const strategies = [none, close]
    const results = analyse(
      fakeCells({ strategies, rounds: 12, noise: 0.004 }).map((cell): Cell => {
        if (cell.state === 'failed') return cell
        const spread = 1 + 0.1 * Math.sin(cell.round * 2)
        const slices = cell.load.slices.map((slice) => ({
          ...slice,
          ...serverTimes(spread, slice),
        }))
        return { ...cell, load: { ...cell.load, slices } }
      }),
      fakeContext(strategies, 12),
    )
    const { low, high } =
      results.summary.find((row) => row.strategy === 'none' && row.metric === 'cpu.server')?.estimate ?? {}
    expect((high ?? 0) / (low ?? 1)).toBeGreaterThan(1.08)
    expect(compared(results, 'cpu.server', 'close')?.verdict).toBe('worse')
  })

  it('turns the verdict round where more is better', () => {
    const results = run(6)
    expect(compared(results, 'throughput', 'cheap')?.verdict).toBe('worse')
    expect(compared(results, 'throughput', 'alike', 'cheap')?.verdict).toBe('better')
    expect(compared(results, 'latency.p50', 'dear')?.verdict).toBe('worse')
  })

  it('is unsure about code that costs the same', () => {
    const results = run(12)
    for (const metric of ['cpu.server', 'throughput', 'latency.p50', 'latency.p99']) {
      expect(compared(results, metric, 'alike')?.verdict).toBe('unsure')
      expect(results.noise[metric]?.rounds).toBe(12)
      expect(results.noise[metric]?.value).toBeCloseTo(1, 1)
    }
  })

  it('shows nothing that the twin shows as well', () => {
    const results = run(6, (cells) => cells.map((cell) => twinAt(cell, 1.6)))
    expect(compared(results, 'cpu.server', 'cheap')?.ratio?.low).toBeGreaterThan(1.3)
    expect(compared(results, 'cpu.server', 'cheap')?.verdict).toBe('unsure')
    expect(compared(results, 'cpu.server', 'dear')?.verdict).toBe('worse')
  })

  it('shows nothing without a noise floor', () => {
    const results = run(6, (cells) => cells.filter(({ arm }) => arm === 'main'))
    expect(compared(results, 'cpu.server', 'dear')?.verdict).toBe('unsure')
    expect(results.validity.verdict).toBe('inconclusive')
  })

  it('names no winner below six rounds, except for what is counted', () => {
    const results = run(5)
    expect(results.validity.verdict).toBe('unjudged')
    expect(compared(results, 'cpu.server', 'dear')).toMatchObject({ verdict: 'not judged', p: null })
    expect(compared(results, 'cpu.server', 'dear')?.ratio).toMatchObject({ low: null, high: null })
    expect(compared(results, 'bytes.request_head', 'dear')).toMatchObject({
      verdict: 'worse',
      p: null,
      difference: { value: 66, low: 66, high: 66 },
    })
    expect(compared(results, 'bytes.request_head', 'alike')?.verdict).toBe('equal')
  })

  it('judges the difference where the baseline is zero', () => {
    const results = run(6)
    expect(compared(results, 'redis.commands', 'dear')).toMatchObject({
      ratio: null,
      difference: { value: 1, low: 1, high: 1 },
      verdict: 'worse',
    })
    expect(compared(results, 'cpu.redis', 'dear')).toMatchObject({ ratio: null, verdict: 'worse' })
    expect(compared(results, 'redis.commands', 'cheap')?.verdict).toBe('equal')
  })

  it.each([1, 6])('calls strategies that never ask Redis equal in its CPU after %i rounds', (rounds) => {
    const strategies = STRATEGIES.map((strategy) => ({ ...strategy, redisUs: (strategy.redisUs ?? 0) + 2 }))
    const results = analyse(fakeCells({ strategies, rounds }), fakeContext(strategies, rounds))
    expect(compared(results, 'cpu.redis', 'cheap')).toMatchObject({
      ratio: null,
      difference: { value: 0, low: 0, high: 0 },
      verdict: 'equal',
      p: null,
    })
    expect(compared(results, 'cpu.redis', 'dear')?.difference.value).toBeGreaterThan(13)
  })

  it.each([1.3, 0.7])('gives the band that a ratio must leave to both sides, of a twin at %d', (factor) => {
    const results = run(6, (cells) => cells.map((cell) => twinAt(cell, factor)))
    const { low, high } = results.noise['cpu.server'] ?? {}
    const band = compared(results, 'cpu.server', 'dear', 'cheap')?.band
    expect(band).toBeCloseTo(factor > 1 ? (high ?? 0) : 1 / (low ?? 1), 12)
    expect(band).toBeGreaterThan(1.25)
    expect(compared(results, 'bytes.request_head', 'dear')?.band).toBeNull()
  })

  it.each([
    // Requests of a round: 17,000 and 34,000. Over all rounds there are more than 200,000 in both.
    [12, 0.25, false],
    [12, 0.5, true],
  ])(
    'reports p99.9 by the requests of a round, of %i rounds of 4 x %d s: %s',
    (rounds, sliceSeconds, reported) => {
      const cells = fakeCells({ strategies: [none], rounds, sliceSeconds })
      const { summary, spectra } = analyse(cells, fakeContext([none], rounds))
      expect(summary.some(({ metric }) => metric === 'latency.p999')).toBe(reported)
      expect(summary.some(({ metric }) => metric === 'latency.p99')).toBe(true)
      expect(spectra[0]?.points.some(({ quantile }) => quantile === 0.999)).toBe(true)
    },
  )

  it('draws pooled percentiles as far as a hundred requests lie beyond them', () => {
    const results = run(6)
    const spectrum = results.spectra.find(({ strategy }) => strategy === 'dear')
    const last = spectrum?.points.at(-1)
    expect((spectrum?.count ?? 0) * (1 - (last?.quantile ?? 1))).toBeGreaterThanOrEqual(100 - 1e-6)
    expect(last?.quantile).toBe(0.995)
  })

  it('pools the rounds of a spectrum instead of averaging their percentiles', () => {
    const cells = baseCells(6)
    const slow = fakeCells({
      strategies: STRATEGIES.map((strategy) => ({ ...strategy, serverUs: strategy.serverUs * 10 })),
      rounds: 6,
    })
    const results = run(6, () =>
      cells.map((cell, index) => (cell.round === 0 ? (slow[index] ?? cell) : cell)),
    )
    const at = (quantile: number) =>
      results.spectra[0]?.points.find((point) => point.quantile === quantile)?.us ?? Number.NaN
    expect(at(0.9)).toBeLessThan(2200)
    expect(at(0.998)).toBeGreaterThan(10_000)
  })

  it('never estimates a strategy that answers 401, however fast it is', () => {
    const broken = fakeStrategy({ id: 'broken', state: 'stateless' }, { serverUs: 10, ownStatus: 401 })
    const strategies = [none, broken]
    const results = analyse(fakeCells({ strategies, rounds: 6 }), fakeContext(strategies, 6))
    expect(results.summary.filter(({ strategy }) => strategy === 'broken')).toEqual([])
    expect(results.comparisons.filter(({ strategy }) => strategy === 'broken')).toEqual([])
    expect(results.validity.verdict).toBe('invalid')
    expect(results.validity.reasons).toEqual([
      'broken: no round was completed. First cause: A request with an own credential was answered with 401; 200 is right.',
    ])
    expect(results.validity.cells).toEqual({ completed: 12, invalid: 6, failed: 0, interrupted: 0 })
    expect(results.probes).toContainEqual({
      strategy: 'broken',
      ownStatus: 401,
      anonymousStatus: 401,
      revokedStatus: 200,
    })
  })

  it('takes the last of several completed attempts, and none that is invalid or interrupted', () => {
    const results = run(6, (cells) => {
      const first = cells.find(({ strategy, round }) => strategy === 'cheap' && round === 0)
      const [other] = fakeCells({ strategies: [{ ...cheap, serverUs: 9000 }], rounds: 1 })
      if (first?.state !== 'completed' || other?.state !== 'completed') throw new Error('no cell')
      const { load } = other
      const attempt = { ...first, load }
      return [
        { ...attempt, position: 10 },
        ...cells,
        { ...invalidated(attempt), position: 11 },
        { ...attempt, state: 'interrupted', position: 12 },
      ]
    })
    const row = results.rounds.find(({ strategy, metric }) => strategy === 'cheap' && metric === 'cpu.server')
    expect(row?.values.map(({ round }) => round)).toEqual([0, 1, 2, 3, 4, 5])
    expect(Math.max(...(row?.values.map(({ value }) => value) ?? []))).toBeLessThan(200)
    expect(results.validity.verdict).toBe('ok')
    expect(results.validity.cells).toEqual({ completed: 30, invalid: 1, failed: 0, interrupted: 1 })
  })

  it.each([
    [1, 'inconclusive', 'only 5 of 6 rounds'],
    [3, 'invalid', '3 of 6 rounds are invalid or failed'],
  ])('judges a run by the strategy that lost %i rounds', (lost, verdict, words) => {
    const results = run(6, (cells) =>
      cells.map((cell) => (cell.strategy === 'dear' && cell.round < lost ? invalidated(cell) : cell)),
    )
    expect(results.validity.verdict).toBe(verdict)
    expect(results.validity.reasons[0]).toContain(`dear: ${words}`)
    expect(results.validity.reasons[0]).toContain('3 responses were wrong.')
    expect(compared(results, 'cpu.server', 'dear')?.verdict).toBe('not judged')
  })

  it('keeps what failed apart, with its cause', () => {
    const results = run(6, (cells) =>
      cells.map(({ strategy, arm, scenario, params, round, position }, index): Cell => {
        const cell = cells[index]
        const error = { code: 'SERVER_EXITED', message: 'the server stopped with code 1\nits last lines' }
        return strategy === 'alike' || cell === undefined
          ? { state: 'failed', strategy, arm, scenario, params, round, position, attempt: 0, error }
          : cell
      }),
    )
    expect(results.validity).toMatchObject({ verdict: 'invalid', cells: { failed: 6 } })
    expect(results.validity.reasons).toEqual([
      'alike: no round was completed. First cause: the server stopped with code 1',
    ])
  })

  it('calls an interrupted run partial, and one without cells invalid', () => {
    const context = fakeContext(STRATEGIES, 6)
    const partial = run(6, (cells) => cells.slice(0, 20), { run: { ...context.run, partial: true } })
    expect(partial.validity.verdict).toBe('partial')
    expect(partial.validity.reasons).toHaveLength(2)
    expect(partial.validity.reasons[0]).toContain('stopped before its end')
    const empty = analyse([], context)
    expect(empty.validity.verdict).toBe('invalid')
    expect(resultsSchema.parse(empty).comparisons).toEqual([])
  })

  it('does not let a stopped run hide that it is invalid or has too few rounds', () => {
    const partial = { run: { ...fakeContext(STRATEGIES, 6).run, partial: true } }
    const invalid = run(
      6,
      (cells) => cells.map((cell) => (cell.strategy === 'dear' ? invalidated(cell) : cell)),
      partial,
    )
    expect(invalid.validity.verdict).toBe('invalid')
    const unjudged = run(5, (cells) => cells, partial)
    expect(unjudged.validity.verdict).toBe('unjudged')
    for (const { validity } of [invalid, unjudged])
      expect(validity.reasons).toContainEqual(expect.stringContaining('stopped before its end'))
  })

  it('calls a run partial that was stopped in its first round', () => {
    const context = fakeContext(STRATEGIES, 40)
    const stopped = fakeCells({ strategies: STRATEGIES, rounds: 1 }).map(
      (cell): Cell => (cell.state === 'failed' ? cell : { ...cell, state: 'interrupted' }),
    )
    const { validity } = analyse(stopped, { ...context, run: { ...context.run, partial: true } })
    expect(validity.verdict).toBe('partial')
    expect(validity.reasons).toContainEqual(
      expect.stringMatching(/dear.*: no round was completed before the run was stopped\./),
    )
  })

  it('takes the strategy without authentication for the baseline, whatever its id and place', () => {
    const open = { ...none, info: { ...none.info, id: 'open' } }
    const results = analyse(
      fakeCells({ strategies: [open, cheap], rounds: 6 }),
      fakeContext([cheap, open], 6),
    )
    expect(results.noise['cpu.server']?.rounds).toBe(6)
    expect(compared(results, 'bytes.credential', 'cheap', 'open')?.verdict).toBe('worse')
  })

  it('compares with the first strategy where the baseline did not run', () => {
    const strategies = [cheap, dear]
    const results = analyse(fakeCells({ strategies, rounds: 6 }), fakeContext(strategies, 6))
    expect(compared(results, 'bytes.credential', 'dear', 'cheap')?.verdict).toBe('better')
    expect(results.noise['cpu.server']?.rounds).toBe(6)
  })

  it('never makes another strategy the baseline when the baseline failed', () => {
    const results = run(6, (cells) =>
      cells.map((cell) => (cell.strategy === 'none' ? invalidated(cell) : cell)),
    )
    expect(results.comparisons.filter(({ metric }) => metric === 'bytes.credential')).toEqual([])
    expect(compared(results, 'cpu.server', 'dear', 'cheap')?.verdict).toBe('unsure')
  })

  it('keeps settings of a scenario apart', () => {
    const cells = [16, 64].flatMap((connections) =>
      fakeCells({ strategies: STRATEGIES, rounds: 6, connections, params: { connections } }),
    )
    const results = run(6, () => cells)
    const medians = results.summary
      .filter(({ strategy, metric }) => strategy === 'none' && metric === 'latency.p50')
      .map(({ params, estimate }) => [params.connections, estimate.rounds])
    expect(medians).toEqual([
      [16, 6],
      [64, 6],
    ])
  })

  it('lists checks briefly: what passed in one row, what did not per strategy', () => {
    const { checks } = run(6, (cells) =>
      cells.map((cell) => (cell.strategy === 'dear' && cell.round < 2 ? invalidated(cell) : cell)),
    ).validity
    const rows = checks.filter(({ id }) => id === 'statuses')
    expect(rows.map(({ outcome, strategy, cells }) => [outcome, strategy, cells])).toEqual([
      ['invalid', 'dear', 2],
      ['ok', null, 28],
    ])
    // Sixteen checks, all of which pass, and the one that does not.
    expect(checks).toHaveLength(17)
  })

  it('blames a cell that is part of no number for nothing but what made it invalid', () => {
    const drifting = (cell: Cell): Cell => {
      const lost = invalidated(cell)
      const [check] = lost.state === 'invalid' ? lost.checks : []
      if (lost.state !== 'invalid' || check === undefined) throw new Error('no cell')
      return { ...lost, checks: [check, { ...check, id: 'drift', value: 0.29, outcome: 'warn' }] }
    }
    const { validity, findings } = run(6, (cells) =>
      cells.map((cell) => (cell.strategy === 'dear' && cell.round === 0 ? drifting(cell) : cell)),
    )
    const outcomes = validity.checks.filter(({ outcome }) => outcome !== 'ok').map(({ id }) => id)
    expect(outcomes).toEqual(['statuses'])
    expect(findings.map(({ kind }) => kind)).not.toContain('drift')
  })

  it('judges claims and findings of a whole run', () => {
    const results = analyse(
      fakeCells({ strategies: FAKE_STRATEGIES, rounds: 6 }),
      fakeContext(FAKE_STRATEGIES, 6),
    )
    expect(results.claims.length).toBeGreaterThan(8)
    expect(results.findings.map(({ kind }) => kind)).toContain('shared-core')
  })
})
