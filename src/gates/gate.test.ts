import { describe, expect, it } from 'vitest'
import { METRICS } from '../metrics/registry.ts'
import { AuthbenchError } from '../results/errors.ts'
import { DEFAULT_GATES, parseGates } from './gate.ts'

const gateOf = (texts: readonly string[], metric: string) =>
  parseGates(texts).find((gate) => gate.metric === metric)

function refusalOf(...texts: readonly string[]): string {
  try {
    parseGates(texts)
  } catch (error) {
    if (error instanceof AuthbenchError) return `${error.code} ${error.exitCode} ${error.message}`
  }
  return 'accepted'
}

describe('gates', () => {
  it('are about metrics that exist, once each, and counted ones must not change', () => {
    for (const { metric, limit } of DEFAULT_GATES) {
      const info = METRICS.find(({ id }) => id === metric)
      expect(info?.exact, metric).toBe(limit === 0)
    }
    expect(new Set(DEFAULT_GATES.map(({ metric }) => metric)).size).toBe(DEFAULT_GATES.length)
  })

  it('are the defaults when nothing is said', () => {
    expect(parseGates([])).toEqual(DEFAULT_GATES)
  })

  it.each(['cpu=5%', 'cpu = 5 %', 'cpu.server=0.05', ' cpu=.05 ', 'cpu=5.0%'])('read %j as 5 %%', (text) => {
    expect(gateOf([text], 'cpu.server')).toEqual({ metric: 'cpu.server', limit: 0.05, gating: true })
    expect(parseGates([text])).toHaveLength(DEFAULT_GATES.length)
  })

  it('fail once they are named, also where they only inform by default', () => {
    expect(gateOf([], 'throughput')?.gating).toBe(false)
    expect(gateOf(['rps=8%'], 'throughput')).toEqual({ metric: 'throughput', limit: 0.08, gating: true })
    expect(gateOf(['p99=20%'], 'latency.p99')?.gating).toBe(true)
    expect(gateOf(['latency.p50=30%'], 'latency.p50')?.gating).toBe(true)
  })

  it('are switched off by off and none, several at a time', () => {
    const gates = parseGates(['cpu=off,redis.bytes=none', 'redis.commands=0'])
    const metrics = gates.map(({ metric }) => metric)
    expect(metrics).not.toContain('cpu.server')
    expect(metrics).not.toContain('redis.bytes')
    expect(gates).toContainEqual({ metric: 'redis.commands', limit: 0, gating: true })
  })

  it('refuse everything that is wrong at once, and say what was meant', () => {
    const refusal = refusalOf('cpuu=5%', 'rps=8,p99=fast', 'cpu=0%', 'redis.commands', 'load.rate=5%')
    expect(refusal).toContain('GATE_INVALID 2')
    expect(refusal).toContain("unknown metric 'cpuu', did you mean 'cpu'?")
    expect(refusal).toContain("more than 100 %, did you mean 'rps=8%'?")
    expect(refusal).toContain("'p99=fast' has no limit")
    expect(refusal).toContain('never exactly the same twice')
    expect(refusal).toContain("'redis.commands' is not of the form metric=limit")
    expect(refusal).toContain("unknown metric 'load.rate'")
  })

  it.each(['', 'cpu=', 'cpu=-5%', 'cpu=1e9%', 'cpu=5%5', '=5%', 'cpu=150%', 'cpu=NaN'])(
    'refuse %j',
    (text) => {
      expect(refusalOf(text)).toContain('GATE_INVALID')
    },
  )

  it('refuse two limits of one metric, whatever it was called', () => {
    expect(refusalOf('cpu=5%', 'cpu.server=off')).toContain("'cpu.server' is named twice")
  })
})
