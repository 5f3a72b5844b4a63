import { describe, expect, it } from 'vitest'
import { analyse } from '../analyse.ts'
import { buildReport } from '../report/build.ts'
import { resultsSchema } from '../results/results.ts'
import { fakeCells } from '../testing/fake-cells.ts'
import { FAKE_STRATEGIES, fakeContext } from '../testing/fake-subjects.ts'
import { crossoverText } from '../worlds/words.ts'
import { crossingOf } from './crossovers.ts'

const at = (...gaps: readonly (readonly [number, number])[]) =>
  crossingOf(gaps.map(([distanceMs, gap]) => ({ distanceMs, gap })))

describe('a crossing', () => {
  it('lies on the straight line between the two points around it', () => {
    expect(at([0, -30], [1, -10], [2, 10], [5, 100])).toBe(1.5)
    expect(at([0, 0], [1, 10])).toBe(0)
  })

  it('is the last one, where noise made several', () => {
    expect(at([0, -10], [0.2, 5], [0.5, -5], [1, 5])).toBe(0.75)
  })

  it('is at no distance at all, or beyond all of them', () => {
    expect(at([0, 1], [1, 10])).toBe(0)
    expect(at([0, -20], [1, -10])).toBe('beyond')
  })
})

const STRATEGIES = FAKE_STRATEGIES.filter(({ info }) =>
  ['none', 'jwt-hs256', 'jwt-hs256-fast', 'session-redis', 'jwt-blacklist'].includes(info.id),
)
const SCENARIO = {
  id: 'store-distance',
  title: 'Distance',
  question: 'From where on?',
  model: 'closed',
  compared: true,
  worlds: true,
} as const

/** Whoever asks Redis takes so much longer with every millisecond. */
const PER_MS = 20
const analysed = (rounds: number) =>
  analyse(
    [0, 0.2, 0.5, 1, 2, 5].flatMap((storeRttMs) =>
      fakeCells({
        strategies: STRATEGIES.map((each) =>
          each.info.needs.includes('redis')
            ? { ...each, serverUs: each.serverUs + PER_MS * storeRttMs }
            : each,
        ),
        rounds,
        scenario: SCENARIO.id,
        params: { storeRttMs },
        noise: 0.005,
        seed: 1 + storeRttMs * 10,
      }),
    ),
    { ...fakeContext(STRATEGIES, rounds), scenarios: [SCENARIO] },
  )

describe('the crossovers of a run', () => {
  const results = analysed(8)
  const crossover = (strategy: string) =>
    results.crossovers?.find((each) => each.metric === 'latency.p50' && each.strategy === strategy)

  it('have an interval that holds the right distance', () => {
    expect(() => resultsSchema.parse(results)).not.toThrow()
    // A session at 98 us meets jose at 108.
    const { value, low, high, rounds } = crossover('jwt-hs256') ?? {}
    expect(rounds).toBe(8)
    expect(Number(low)).toBeLessThan(0.5)
    expect(Number(high)).toBeGreaterThan(0.5)
    expect(Number(value)).toBeGreaterThan(0.3)
    expect(Number(value)).toBeLessThan(0.7)
  })

  it('are at no distance against a token that is quicker anyway, and beyond all against one that asks as well', () => {
    expect(crossover('jwt-hs256-fast')).toMatchObject({ value: 0, low: 0, high: 0 })
    expect(crossover('jwt-blacklist')).toMatchObject({ value: 'beyond', high: 'beyond', furthestMs: 5 })
  })

  it('are in the report, with a chart of latency against distance', () => {
    const { blocks = [] } = buildReport(results).sections.find(({ id }) => id === 'store-distance') ?? {}
    const [list] = blocks.flatMap((block) => (block.kind === 'list' ? [block.items] : []))
    expect(list?.find((item) => item.startsWith('jwt-hs256-fast'))).toContain('slower at any distance')
    expect(list?.find((item) => item.startsWith('jwt-blacklist'))).toContain('not slower up to 5 ms')
    const [chart] = blocks.flatMap((block) => (block.kind === 'chart' ? [block.chart] : []))
    if (chart?.kind !== 'curve') throw new Error('no chart')
    expect(chart.rows.find(({ label }) => label === 'session-redis')?.points.map(({ x }) => x.value)).toEqual(
      [0, 0.2, 0.5, 1, 2, 5],
    )
  })

  it('have no interval after too few rounds', () => {
    const [few] = analysed(3).crossovers ?? []
    expect(few).toMatchObject({ low: null, high: null, rounds: 3 })
    if (few !== undefined) expect(crossoverText(few, (id) => id)).toContain('no interval')
  })
})
