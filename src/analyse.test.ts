import { describe, expect, it } from 'vitest'
import { analyse } from './analyse.ts'
import { changesBetween } from './gates/changes-of-runs.ts'
import type { Cell } from './results/cell.ts'
import { resultsSchema } from './results/results.ts'
import {
  baseCells,
  cheap,
  compared,
  dear,
  invalidated,
  none,
  run,
  STRATEGIES,
} from './testing/analysed-run.ts'
import { fakeCells, serverTimes } from './testing/fake-cells.ts'
import { FAKE_STRATEGIES, fakeContext, fakeStrategy } from './testing/fake-subjects.ts'

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

  it('judges claims and findings of a whole run', () => {
    const results = analyse(
      fakeCells({ strategies: FAKE_STRATEGIES, rounds: 6 }),
      fakeContext(FAKE_STRATEGIES, 6),
    )
    expect(results.claims.length).toBeGreaterThan(8)
    expect(results.findings.map(({ kind }) => kind)).toContain('shared-core')
  })
})

describe('bytes of unlike requests', () => {
  const sizes = (least: number, most: number) => (cells: Cell[]) =>
    cells.map((cell) =>
      cell.state === 'completed' && cell.strategy === 'cheap'
        ? {
            ...cell,
            load: {
              ...cell.load,
              sizes: {
                request: { sum: cell.load.responses * 500, least, most },
                responseHead: { sum: cell.load.responses * 170, least: 170, most: 170 },
              },
            },
          }
        : cell,
    )
  const summaryOf = (results: ReturnType<typeof analyse>, strategy: string, metric: string) =>
    results.summary.find((row) => row.strategy === strategy && row.metric === metric)?.estimate

  it('are a mean with its range, and only of the strategy that has them', () => {
    const results = run(6, sizes(95, 1590))
    expect(summaryOf(results, 'cheap', 'bytes.request_head')).toEqual({
      value: 500,
      low: 95,
      high: 1590,
      rounds: 6,
      isRange: true,
    })
    expect(summaryOf(results, 'cheap', 'bytes.response_head')).toMatchObject({
      value: 170,
      low: 170,
      high: 170,
    })
    expect(summaryOf(results, 'dear', 'bytes.request_head')).not.toHaveProperty('isRange')
    expect(compared(results, 'bytes.request_head', 'cheap')?.verdict).not.toBe('equal')
  })

  it('are exact where all weigh the same, whatever the first one weighed', () => {
    const results = run(6, sizes(500, 500))
    expect(summaryOf(results, 'cheap', 'bytes.request_head')).toEqual({
      value: 500,
      low: 500,
      high: 500,
      rounds: 6,
    })
  })

  it('are not held to be equal by a gate', () => {
    const [base, head] = [run(6, sizes(95, 1590)), run(6, sizes(90, 1600))]
    const { changes } = changesBetween(base, head)
    expect(
      changes.filter(({ strategy, metric }) => strategy === 'cheap' && metric === 'bytes.request_head'),
    ).toEqual([])
    expect(
      changes.some(({ strategy, metric }) => strategy === 'dear' && metric === 'bytes.request_head'),
    ).toBe(true)
  })
})
