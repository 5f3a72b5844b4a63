import { describe, expect, it } from 'vitest'
import { METRIC_INFOS } from '../metrics/registry.ts'
import { type Change, changeSchema } from '../results/change.ts'
import type { Results } from '../results/results.ts'
import { changesOf, type RoundRow } from './changes.ts'
import { DEFAULT_GATES, type Gate, parseGates } from './gate.ts'
import { needsMoreRounds, verdictOf } from './verdict.ts'

const CPU: Gate = { metric: 'cpu.server', limit: 0.05, gating: true }
const QUIET: Results['noise'] = {
  'cpu.server': { value: 1, low: 0.99, high: 1.01, rounds: 12 },
  throughput: { value: 1, low: 0.99, high: 1.01, rounds: 12 },
  'cpu.redis': { value: 1, low: 0.99, high: 1.01, rounds: 12 },
  'slo.rate': { value: 1, low: 0.99, high: 1.01, rounds: 12 },
}

const rowOf = (metric: string, values: readonly number[]): RoundRow => ({
  strategy: 'session-redis',
  arm: 'main',
  scenario: 'verify',
  params: {},
  metric,
  values: values.map((value, round) => ({ round, position: 0, value })),
})

interface Case {
  readonly metric?: string
  readonly base: readonly number[]
  readonly head: readonly number[]
  readonly paired?: boolean
  readonly gates?: readonly Gate[]
  readonly noise?: Results['noise']
}

function changeOf({ metric = 'cpu.server', base, head, paired = true, gates, noise = QUIET }: Case): Change {
  const [change] = changesOf([rowOf(metric, base)], [rowOf(metric, head)], {
    paired,
    gates: gates ?? DEFAULT_GATES,
    noise,
    metrics: METRIC_INFOS,
  })
  if (change === undefined) throw new RangeError('no change')
  return changeSchema.parse(change)
}

/** Twelve rounds around `middle`, with 1 % of a fixed wobble. */
const around = (middle: number, rounds = 12) =>
  Array.from({ length: rounds }, (_, round) => middle * (1 + 0.01 * Math.sin(round * 2.4)))
/** The same, with another wobble: the two are not the same but for a factor. */
const beside = (middle: number, rounds = 12, spread = 0.01) =>
  Array.from({ length: rounds }, (_, round) => middle * (1 + spread * Math.cos(round * 1.7)))

describe('a timed change', () => {
  it.each([
    ['pass', 1.0],
    ['pass', 1.02],
    ['inconclusive', 1.05],
    ['regression', 1.08],
    ['pass', 0.97],
    ['improvement', 0.9],
  ] as const)('is a %s at a factor of %d where 1.05 is the limit', (verdict, factor) => {
    const paired = changeOf({ base: around(100), head: beside(100 * factor) })
    const unpaired = changeOf({ base: around(100), head: beside(100 * factor), paired: false })
    expect([paired.verdict, unpaired.verdict]).toEqual([verdict, verdict])
    expect([paired.paired, unpaired.paired]).toEqual([true, false])
  })

  it('is turned round where more is better, and the ratio is not', () => {
    const change = changeOf({ metric: 'throughput', base: around(100), head: beside(80) })
    expect(change).toMatchObject({ verdict: 'regression', gating: false })
    expect(change.ratio?.value).toBeCloseTo(0.8, 2)
    expect(change.worse?.low).toBeCloseTo(1 / (change.ratio?.high ?? 0), 12)
    expect(change.why).toMatch(/^−2\d.* %/)
    const faster = changeOf({ metric: 'throughput', base: around(100), head: beside(120) })
    expect(faster.verdict).toBe('improvement')
  })

  it('has a 97.5 % interval, wider than 95 %: 10 of 78 Walsh averages off each end at 12 rounds', () => {
    const logs = Array.from({ length: 12 }, (_, index) => (index + 1) / 100)
    const change = changeOf({ base: logs.map(() => 100), head: logs.map((log) => 100 * Math.exp(log)) })
    const averages = logs
      .flatMap((a, index) => logs.slice(index).map((b) => (a + b) / 2))
      .sort((a, b) => a - b)
    expect(change.confidence).toBe(0.975)
    expect(Math.log(change.ratio?.low ?? 0)).toBeCloseTo(averages[10] ?? 0, 10)
    expect(Math.log(change.ratio?.high ?? 0)).toBeCloseTo(averages[78 - 11] ?? 0, 10)
  })

  it('pairs by round number: what the round did to both sides cancels out', () => {
    const weather = [1, 1.4, 0.8, 1.2, 0.7, 1.5, 1, 1.3, 0.9, 1.1, 1.6, 0.75]
    const noisy = (values: readonly number[]) => values.map((value, round) => value * (weather[round] ?? 1))
    const base = noisy(around(100))
    const head = noisy(beside(110))
    expect(changeOf({ base, head }).verdict).toBe('regression')
    expect(changeOf({ base, head, paired: false }).verdict).toBe('inconclusive')
  })

  it('is not judged with fewer than 6 rounds, nor paired with 6, which have no 97.5 % interval', () => {
    const five = changeOf({ base: around(100, 5), head: beside(150, 5) })
    expect(five).toMatchObject({
      verdict: 'inconclusive',
      why: expect.stringContaining('5 rounds in common'),
    })
    const six = changeOf({ base: around(100, 6), head: beside(150, 6) })
    expect(six).toMatchObject({ verdict: 'inconclusive', why: expect.stringContaining('97.5 % interval') })
    expect(needsMoreRounds([six], 6)).toBe(true)
    expect(changeOf({ base: around(100, 7), head: beside(150, 7) }).verdict).toBe('regression')
    expect(changeOf({ base: around(100, 6), head: beside(150, 6), paired: false }).verdict).toBe('regression')
  })

  it('is not judged without any A/A control, nor where its interval is missing', () => {
    const [base, head] = [around(100), beside(150)]
    expect(changeOf({ base, head, noise: {} }).why).toContain('no A/A control')
    const open = { 'cpu.server': { value: 1, low: null, high: null, rounds: 3 } }
    expect(changeOf({ base, head, noise: open }).verdict).toBe('inconclusive')
  })

  it('is not judged where the A/A pair has none of the metric, such as Redis time without Redis', () => {
    const { 'cpu.redis': _, ...noise } = QUIET
    const change = changeOf({
      metric: 'cpu.redis',
      base: around(10),
      head: beside(15),
      noise,
      gates: parseGates(['cpu.redis=10%']),
    })
    expect(change).toMatchObject({ verdict: 'inconclusive', gating: true })
    expect(change.why).toContain('its noise is unknown')
  })

  it('without a limit is shown and not judged', () => {
    const change = changeOf({ base: around(100), head: beside(150), gates: parseGates(['cpu=off']) })
    expect(change).toMatchObject({ verdict: 'inconclusive', limit: null, gating: false })
    expect(change.ratio?.value).toBeCloseTo(1.5, 1)
  })

  it('from or to zero has no ratio', () => {
    const zeros = around(0)
    const of = (base: readonly number[], head: readonly number[]) =>
      changeOf({ metric: 'cpu.redis', base, head, gates: parseGates(['cpu.redis=10%']) })
    expect(of(zeros, zeros)).toMatchObject({ verdict: 'pass', ratio: null, p: null })
    expect(of(zeros, around(5))).toMatchObject({ verdict: 'regression', ratio: null })
    expect(of(around(5), zeros)).toMatchObject({ verdict: 'improvement', ratio: null })
    const some = of(around(5), [0, ...around(5, 11)])
    expect(some).toMatchObject({ verdict: 'inconclusive', ratio: null })
    expect(needsMoreRounds([some], 12)).toBe(false)
  })

  it('that the head gave no value of is not passed over', () => {
    const base = [rowOf('slo.rate', around(5_000)), rowOf('cpu.server', around(100))]
    const head = [rowOf('cpu.server', beside(100))]
    const changes = changesOf(base, head, {
      paired: true,
      gates: DEFAULT_GATES,
      noise: QUIET,
      metrics: METRIC_INFOS,
    })
    expect(changes).toMatchObject([
      { metric: 'slo.rate', verdict: 'inconclusive', head: { rounds: 0 } },
      { metric: 'cpu.server', verdict: 'pass' },
    ])
    expect(verdictOf(changes)).toBe('inconclusive')
    expect(() => changeSchema.array().parse(changes)).not.toThrow()
  })
})

describe('a counted change', () => {
  const counted = (base: readonly number[], head: readonly number[], gates?: readonly Gate[]) =>
    changeOf({ metric: 'redis.bytes', base, head, ...(gates === undefined ? {} : { gates }) })

  it('is none when every round has the same on both sides, even if rounds differ', () => {
    const values = [...Array(10).fill(286), 287, 287]
    expect(counted(values, values)).toMatchObject({
      verdict: 'pass',
      why: '286 B/req to 287 B/req, equal in all 12 rounds',
    })
    expect(
      changeOf({ metric: 'redis.bytes', base: values, head: values.slice(0, 8), paired: false }).verdict,
    ).toBe('pass')
  })

  it.each([
    ['regression', 286, 287],
    ['improvement', 287, 286],
    ['regression', 0, 1],
    ['improvement', 1, 0],
  ] as const)('is a %s from %d to %d, after any number of rounds', (verdict, before, after) => {
    expect(counted([before, before], [after, after])).toMatchObject({
      verdict,
      gating: true,
      limit: 0,
      p: null,
    })
  })

  it('that is not the same in all rounds is a regression', () => {
    const mixed = counted([286, 286, 286], [286, 285, 286])
    expect(mixed).toMatchObject({
      verdict: 'regression',
      why: expect.stringContaining('from round to round'),
    })
    expect(mixed.ratio).toMatchObject({ low: null, high: null })
  })

  it('may have a limit of its own', () => {
    const gates = parseGates(['redis.bytes=5%'])
    expect(counted([100, 100], [104, 100], gates).verdict).toBe('pass')
    expect(counted([100, 100], [106, 100], gates).verdict).toBe('regression')
    expect(counted([100, 100], [90, 90], gates).verdict).toBe('improvement')
  })
})

describe('the verdict of all', () => {
  const change = changeOf({ base: around(100), head: beside(100), gates: [CPU] })

  it('is the worst of what gates', () => {
    const of = (...all: readonly Change['verdict'][]) =>
      verdictOf(all.map((verdict) => ({ ...change, verdict })))
    expect(of('pass', 'improvement')).toBe('pass')
    expect(of('pass', 'inconclusive')).toBe('inconclusive')
    expect(of('inconclusive', 'regression')).toBe('regression')
    expect(verdictOf([change, { ...change, verdict: 'regression', gating: false }])).toBe('pass')
  })

  it('wants more rounds only where these can change it', () => {
    const open: Change = { ...change, verdict: 'inconclusive' }
    expect(needsMoreRounds([open], 12)).toBe(true)
    // Twice three rounds have no 97.5 % interval either.
    expect(needsMoreRounds([open], 3)).toBe(false)
    expect(needsMoreRounds([change], 12)).toBe(false)
    expect(needsMoreRounds([change, { ...open, gating: false }], 12)).toBe(false)
    expect(needsMoreRounds([open, { ...change, verdict: 'regression' }], 12)).toBe(false)
  })
})
