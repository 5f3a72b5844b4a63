import { describe, expect, it } from 'vitest'
import { STRATEGIES } from '../../servers/registry.ts'
import { analyse } from '../../src/analyse.ts'
import { DEFAULT_GATES } from '../../src/gates/gate.ts'
import { verdictOf } from '../../src/gates/verdict.ts'
import { type Options, resolveConfig } from '../../src/plan/config.ts'
import { htmlReporter } from '../../src/report/html/html.ts'
import { markdownReporter } from '../../src/report/markdown/markdown.ts'
import { terminalReporter } from '../../src/report/terminal/terminal.ts'
import { fakeContext } from '../../src/testing/fake-subjects.ts'
import { SCENARIOS } from '../scenarios/registry.ts'
import { describeScenario } from '../scenarios/scenario.ts'
import { type FakeServer, fakeBench } from '../testing/fake-bench.ts'
import { runAll } from './runner.ts'

const IDS = ['none', 'jwt-hs256'] as const

/** With the profile `gate`, on a machine that disturbs every second round. */
async function counted(options: Options, servers: Readonly<Record<string, FakeServer>>) {
  const config = resolveConfig(
    { profile: 'gate', ...options },
    { strategies: IDS, scenarios: ['verify'] },
    { profile: 'quick', seed: 1, extraClaims: [] },
  )
  const scenarios = SCENARIOS.filter(({ id }) => id === 'verify')
  const strategies = Object.values(STRATEGIES).filter(({ id }) => config.strategies.includes(id))
  const bench = fakeBench({ servers })
  const { cells } = await runAll(
    { config, strategies, scenarios, keyPrefix: 'authbench:test:' },
    { bench, signal: new AbortController().signal, listener: () => undefined, keep: () => undefined },
  )
  const results = analyse(cells, {
    ...fakeContext([], config.rounds),
    config,
    strategies,
    scenarios: scenarios.map((scenario) => describeScenario(scenario, strategies)),
    gates: DEFAULT_GATES,
  })
  return { cells, results, bench }
}

const disturbed = { disturbedInSlice: 0, displaced: true }

describe('the profile gate', () => {
  it('loses no cell to a busy machine, and asks nobody whether times can be trusted', async () => {
    const { cells, results } = await counted(
      {},
      {
        none: { cpuUs: 50, allocatedBytes: 7200, ...disturbed },
        'none-twin': { cpuUs: 90, allocatedBytes: 7203 },
        'jwt-hs256': { cpuUs: 110, allocatedBytes: 15_900, ...disturbed },
      },
    )
    expect(cells.map(({ state, attempt }) => `${state} ${attempt}`)).toEqual(cells.map(() => 'completed 0'))
    expect(results.validity.verdict).toBe('ok')
    expect(results.validity.checks.map(({ id }) => id)).not.toContain('little')
    expect(results.validity.checks.map(({ id }) => id)).toContain('statuses')
    expect(new Set(results.summary.map(({ metric }) => metric))).toEqual(
      new Set([
        'memory.allocated',
        ...['bytes.request_head', 'bytes.response_head', 'bytes.credential'],
        ...['redis.commands', 'redis.bytes'],
      ]),
    )
    const auth = results.comparisons.find(({ metric }) => metric === 'memory.allocated')
    expect(auth).toMatchObject({ verdict: 'worse', difference: { value: 15_900 - 7200 } })
  })

  it.each([
    [15_000, 'pass'],
    [15_150, 'pass'],
    [15_600, 'regression'],
  ])('judges %i bytes against 15,000 of the other checkout: %s', async (allocatedBytes, verdict) => {
    const { results } = await counted(
      { against: '../base', strategies: ['jwt-hs256'] },
      {
        'jwt-hs256': { cpuUs: 200, allocatedBytes, ...disturbed },
        'jwt-hs256-twin': { cpuUs: 80, allocatedBytes },
        'jwt-hs256-base': { cpuUs: 100, allocatedBytes: 15_000 },
      },
    )
    expect(verdictOf(results.changes)).toBe(verdict)
    expect(results.changes.map(({ metric }) => metric)).not.toContain('cpu.server')
    expect(results.changes.map(({ metric }) => metric)).not.toContain('throughput')
  })

  it('says in every report that there is no verdict on times, and has none', async () => {
    const { results } = await counted(
      {},
      { none: { cpuUs: 50, allocatedBytes: 7200 }, 'jwt-hs256': { cpuUs: 110, allocatedBytes: 15_900 } },
    )
    for (const { render } of [terminalReporter, markdownReporter, htmlReporter]) {
      // What the page's script may say of other runs is no verdict on this one.
      const text = render(results, { details: true })
        .replace(/<script>[\s\S]*<\/script>/, '')
        .replace(/\s+/g, ' ')
      expect(text).toContain('no verdict on CPU, latency or throughput')
      expect(text).toContain('Allocation')
      expect(text).not.toMatch(/µs|req\/s|\bp99\b|Server CPU|Throughput/)
    }
  })
})
