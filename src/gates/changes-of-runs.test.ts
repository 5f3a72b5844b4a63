import { describe, expect, it } from 'vitest'
import { type Simulation, simulatedRun } from '../testing/simulated-runs.ts'
import { changesWithin } from './changes-of-runs.ts'
import { DEFAULT_GATES, parseGates } from './gate.ts'
import { needsMoreRounds, verdictOf } from './verdict.ts'

const SEEDS = Array.from({ length: 10 }, (_, seed) => seed + 1)

const verdicts = (simulation: Omit<Simulation, 'seed'>, gates = DEFAULT_GATES) =>
  SEEDS.map((seed) => verdictOf(changesWithin(simulatedRun({ against: true, ...simulation, seed }), gates)))
const count = <Item>(items: readonly Item[], wanted: Item) => items.filter((item) => item === wanted).length

describe('simulated runs of 12 rounds, on a machine whose speed changes by 5 %', () => {
  it('pass when nothing changed', () => {
    expect(count(verdicts({ spread: 0.02 }), 'pass')).toBe(SEEDS.length)
  })

  it('show 10 % more CPU in at least 9 of 10', () => {
    const found = verdicts({ spread: 0.025, factors: { 'cpu.server': 1.1 } })
    expect(count(found, 'regression')).toBeGreaterThanOrEqual(9)
  })

  it('never call 2 % a regression at a limit of 5 %', () => {
    const found = verdicts({ spread: 0.025, factors: { 'cpu.server': 1.02 } })
    expect(count(found, 'regression')).toBe(0)
  })

  it('call a metric that only informs never a regression, and one that is named one', () => {
    const slower = { factors: { throughput: 0.85 } }
    expect(count(verdicts(slower), 'regression')).toBe(0)
    expect(count(verdicts(slower, parseGates(['rps=8%'])), 'regression')).toBe(SEEDS.length)
  })

  it('decide nothing about time where two copies of the same code look different', () => {
    const run = simulatedRun({ seed: 1, against: true, factors: { 'cpu.server': 1.3 } })
    const loud = {
      ...run,
      noise: { ...run.noise, 'cpu.server': { value: 1, low: 0.92, high: 1.04, rounds: 12 } },
    }
    const changes = changesWithin(loud)
    expect(verdictOf(changes)).toBe('inconclusive')
    const [cpu] = changes.filter(({ metric }) => metric === 'cpu.server')
    expect(cpu?.why).toMatch(/two copies of the same code differed by 0 % \[−8, \+4\] here.* 5 %/)
    expect(needsMoreRounds(changes, 12)).toBe(true)
  })

  it('fail when a strategy asks Redis once more, and only counts changed', () => {
    const changes = changesWithin(simulatedRun({ seed: 1, against: true, factors: { 'redis.commands': 2 } }))
    expect(verdictOf(changes)).toBe('regression')
    const failed = changes.filter(({ gating, verdict }) => gating && verdict === 'regression')
    expect(failed).toMatchObject([
      {
        strategy: 'session-redis',
        metric: 'redis.commands',
        ratio: { value: 2 },
        p: null,
        why: '1 per request became 2 per request in all 12 rounds',
      },
    ])
  })

  it('fail for 3 % more memory in every request, and say of a base that does not count it that it is not judged', () => {
    const run = simulatedRun({ seed: 1, against: true, factors: { 'memory.allocated': 1.03 } })
    expect(verdictOf(changesWithin(run))).toBe('regression')
    const isOfBase = ({ arm, metric }: (typeof run.rounds)[number]) =>
      arm === 'base' && metric === 'memory.allocated'
    const changes = changesWithin({ ...run, rounds: run.rounds.filter((row) => !isOfBase(row)) })
    expect(verdictOf(changes)).toBe('pass')
    const [first, ...others] = changes.filter(({ metric }) => metric === 'memory.allocated')
    expect(others).toHaveLength(2)
    expect(first).toMatchObject({
      gating: false,
      verdict: 'inconclusive',
      why: 'not judged: the base gave no value in any round',
    })
  })

  it('compare nothing where only one checkout ran, and that is no pass', () => {
    const changes = changesWithin(simulatedRun({ seed: 1 }))
    expect(changes).toEqual([])
    expect(verdictOf(changes)).toBe('inconclusive')
    expect(needsMoreRounds(changes, 12)).toBe(false)
  })

  it('judge no time of a run that is invalid or partial, but counts', () => {
    const run = simulatedRun({ seed: 1, against: true, factors: { 'cpu.server': 1.3 } })
    const invalid = { ...run, validity: { ...run.validity, verdict: 'invalid' as const } }
    const changes = changesWithin(invalid)
    expect(new Set(changes.filter(({ exact }) => !exact).map(({ why }) => why))).toEqual(
      new Set(['not judged: the run is invalid']),
    )
    expect(changes.filter(({ exact }) => exact).every(({ verdict }) => verdict === 'pass')).toBe(true)
    expect(verdictOf(changes)).toBe('inconclusive')
    expect(needsMoreRounds(changes, 12)).toBe(false)
  })
})

describe('Holm', () => {
  it('is over gating, timed changes only', () => {
    const changes = changesWithin(simulatedRun({ seed: 3, against: true, factors: { 'cpu.server': 1.1 } }))
    const tested = changes.filter(({ pHolm }) => pHolm !== null)
    expect(tested.map(({ metric }) => metric)).toEqual([
      ...Array(3).fill('cpu.server'),
      ...Array(3).fill('memory.allocated'),
    ])
    const smallest = Math.min(...tested.map(({ p }) => p ?? 1))
    expect(Math.min(...tested.map(({ pHolm }) => pHolm ?? 1))).toBeCloseTo(6 * smallest, 12)
    expect(changes.some(({ gating, p }) => !gating && p !== null)).toBe(true)
  })
})
