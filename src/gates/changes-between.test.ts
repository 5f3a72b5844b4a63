import { describe, expect, it } from 'vitest'
import type { Results } from '../results/results.ts'
import { fakeResults } from '../testing/fake-results.ts'
import { simulatedRun } from '../testing/simulated-runs.ts'
import { changesBetween } from './changes-of-runs.ts'

const base = simulatedRun({ seed: 1 })
const head = simulatedRun({ seed: 2 })

describe('changes between two stored runs', () => {
  it('take the noisier A/A interval of the two', () => {
    const loud = { ...head.noise, 'cpu.server': { value: 1, low: 0.9, high: 1.02, rounds: 12 } }
    for (const [one, other] of [
      [{ ...base, noise: loud }, head],
      [base, { ...head, noise: loud }],
    ] as const) {
      const cpu = changesBetween(one, other).changes.filter(({ metric }) => metric === 'cpu.server')
      expect(cpu.map(({ why }) => why.includes('[−10, +2]'))).toEqual([true, true, true])
    }
  })

  it('compare an open loop in counts and in the rate within the limit only: each run chose its own load', () => {
    const opened = (run: Results): Results => ({
      ...run,
      scenarios: run.scenarios.map((scenario) => ({ ...scenario, model: 'open' as const })),
    })
    const metrics = changesBetween(opened(base), opened(head)).changes.map(({ metric }) => metric)
    expect(metrics).toContain('redis.commands')
    expect(metrics).not.toContain('cpu.server')
  })

  it('compare nothing where every strategy has a load of its own', () => {
    const own = (run: Results): Results => ({
      ...run,
      scenarios: run.scenarios.map((scenario) => ({ ...scenario, compared: false })),
    })
    expect(changesBetween(own(base), own(head)).changes).toEqual([])
  })

  it('are not held to equal bytes where replicas acknowledge by the clock', () => {
    const replicated = { ...head, environment: { ...head.environment, redisReplicas: 2 } }
    const whyOf = (run: Results) =>
      changesBetween(base, run)
        .changes.filter(({ metric }) => metric === 'redis.bytes')
        .map(({ why }) => why)
    expect(whyOf(replicated).join()).toMatch(/Redis has replicas/)
    expect(whyOf(head).join()).not.toMatch(/replicas/)
  })

  it('are not judged by a rate that the search was not allowed to pass', () => {
    const [one, other] = [fakeResults({ scenarios: ['slo'] }), fakeResults({ scenarios: ['slo'] })]
    const rates = one.rounds.filter(({ metric }) => metric === 'slo.rate')
    const highest = Math.max(...rates.flatMap(({ values }) => values.map(({ value }) => value)))
    const whyOf = (maxRate: number) => {
      const [before, after] = [one, other].map((run) => ({ ...run, config: { ...run.config, maxRate } }))
      if (before === undefined || after === undefined) throw new Error('no runs')
      const { changes } = changesBetween(before, after)
      return changes.filter(({ metric }) => metric === 'slo.rate').map(({ why }) => why)
    }
    expect(new Set(whyOf(highest))).toEqual(
      new Set([expect.stringMatching(/no rate above [\d,]+ requests per second was tried/)]),
    )
    expect(whyOf(highest * 2).join()).not.toContain('no rate above')
    // A fall from the limit is one, however far the limit was from the capacity.
    const half = (run: Results): Results => ({
      ...run,
      rounds: run.rounds.map((row) =>
        row.metric === 'slo.rate'
          ? { ...row, values: row.values.map((each) => ({ ...each, value: each.value / 2 })) }
          : row,
      ),
    })
    const bounded = { ...one, config: { ...one.config, maxRate: highest } }
    const fallen = changesBetween(bounded, half(bounded)).changes.filter(
      ({ metric }) => metric === 'slo.rate',
    )
    expect(fallen.map(({ why }) => why).join()).not.toContain('no rate above')
  })
})
