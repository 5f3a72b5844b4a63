import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { type Results, resultsSchema } from '../../src/results/results.ts'
import { measured, processesOf, realRun } from '../testing/real-run.ts'

// Real servers, real HTTP, real Redis; what the machine makes of it is not asserted.

const STRATEGIES = 'none,jwt-hs256-fast,session-redis'

realRun('measures what was really sent, answered and stored, and writes every report', async ({ run }) => {
  const running = run.start('--strategies', STRATEGIES, '--scenarios', 'verify', '--seed', '1', '--json')
  const pids = await processesOf(running)
  const { stdout, stderr } = await running.ended
  const results: Results = resultsSchema.parse(JSON.parse(stdout))
  expect(results.config).toMatchObject({ seed: 1, strategies: STRATEGIES.split(','), rounds: 1 })
  expect(
    results.comparisons.every(
      ({ verdict }) =>
        verdict === 'not judged' || verdict === 'equal' || verdict === 'better' || verdict === 'worse',
    ),
  ).toBe(true)
  const cells = run.firstAttempts().map(measured)
  expect(cells.map(({ strategy, arm }) => `${strategy} ${arm}`).toSorted()).toEqual([
    'jwt-hs256-fast main',
    'none main',
    'none twin',
    'session-redis main',
  ])
  for (const { load, store, strategy, probe } of cells) {
    expect(load.engine).toBe('autocannon')
    expect(load.statuses).toEqual({ 200: load.responses })
    expect(load.responses).toBeGreaterThan(0)
    expect(load.requestBytes).toBe(load.responses * probe.requestHeadBytes)
    expect(store?.commands).toEqual(strategy === 'session-redis' ? { get: load.responses } : {})
    expect(load.slices.every(({ server }) => (server?.mainUs ?? 0) > 0)).toBe(true)
    expect(load.slices.every(({ allocatedBytes }) => (allocatedBytes ?? 1) > 0)).toBe(true)
    expect(load.slices.some(({ allocatedBytes }) => allocatedBytes !== null)).toBe(true)
  }
  const byStrategy = new Map(cells.map((cell) => [cell.strategy, cell.probe]))
  expect(byStrategy.get('none')).toMatchObject({ credentialBytes: 0, ownStatus: 200, anonymousStatus: 200 })
  expect(byStrategy.get('jwt-hs256-fast')).toMatchObject({
    ownStatus: 200,
    anonymousStatus: 401,
    revokedStatus: 200,
  })
  expect(byStrategy.get('session-redis')).toMatchObject({
    credentialBytes: 43,
    anonymousStatus: 401,
    revokedStatus: 401,
  })
  expect(readdirSync(run.latest()).toSorted()).toEqual(
    [
      'cells.ndjson',
      'charts',
      'report.html',
      'report.md',
      'results.csv',
      'results.json',
      'summary.md',
    ].toSorted(),
  )
  expect(stderr).toContain('report.html')
  run.expectNothingLeft(pids)
})

// Where others use the machine too, every trial of the search is made three times.
realRun('sends what is due when it is due, and finds a rate', { timeout: 120_000 }, async ({ run }) => {
  const running = run.start('--strategies', 'session-redis', '--scenarios', 'iso-load,slo', '--slo', '200')
  const pids = await processesOf(running)
  await running.ended
  const cells = run.firstAttempts().map(measured)
  expect(cells.map(({ scenario, strategy, arm }) => `${scenario} ${strategy} ${arm}`).toSorted()).toEqual([
    ...['main', 'twin', 'main', 'twin'].map((arm) => `iso-load none ${arm}`).toSorted(),
    ...['main', 'main'].map((arm) => `iso-load session-redis ${arm}`),
    'slo none main',
    'slo none twin',
    'slo session-redis main',
  ])
  for (const { load, store, strategy, probe, scenario, search, params } of cells) {
    expect(load.engine).toBe('paced')
    expect(load.pacing?.arrivals).toBe(load.responses + load.errors + load.timeouts)
    expect(load.requestBytes).toBe((load.responses + load.timeouts) * probe.requestHeadBytes)
    if (strategy === 'session-redis') expect(store?.commands).toEqual({ get: load.responses })
    expect(search === null).toBe(scenario === 'iso-load')
    const same = cells.filter((cell) => cell.scenario === 'iso-load' && cell.params.load === params.load)
    if (scenario === 'iso-load') {
      expect(new Set(same.map((cell) => cell.load.pacing?.arrivals)).size).toBe(1)
    }
  }
  run.expectNothingLeft(pids)
})

realRun(
  'lets users in and out, and refreshes, on every connection with a session of its own',
  async ({ run }) => {
    const running = run.start(...['--strategies', 'jwt-refresh', '--scenarios', 'refresh,mixed'])
    const pids = await processesOf(running)
    await running.ended
    const cells = run.firstAttempts().map(measured)
    expect(cells.map(({ scenario, strategy, arm }) => `${scenario} ${strategy} ${arm}`).toSorted()).toEqual([
      'mixed jwt-refresh main',
      'mixed none main',
      'mixed none twin',
      'refresh jwt-refresh main',
      'refresh jwt-refresh twin',
    ])
    const statuses = { login: 200, read: 200, refresh: 200, logout: 204 }
    for (const { load, store, strategy } of cells) {
      const seen: Record<string, number> = {}
      for (const [step, status] of Object.entries(statuses)) {
        const { responses = 0, requests } = load.cohorts[step] ?? {}
        expect(requests ?? 0).toBe(responses)
        if (responses > 0) seen[status] = (seen[status] ?? 0) + responses
      }
      expect(load.statuses).toEqual(seen)
      const { login, logout, refresh } = load.cohorts
      // One script for each token that the store has to know of.
      const counted = [login, logout, refresh].reduce((sum, cohort) => sum + (cohort?.responses ?? 0), 0)
      expect(store?.commands.evalsha ?? 0).toBe(strategy === 'none' ? 0 : counted)
    }
    const { validity, cohorts } = run.results()
    expect(validity.reasons.filter((reason) => /No authentication[^)]*\(refresh\)/.test(reason))).toEqual([])
    expect(cohorts.every(({ count }) => count > 0)).toBe(true)
    run.expectNothingLeft(pids)
  },
)

realRun(
  'runs every strategy from another checkout in the same rounds, and holds the change to gates',
  async ({ run }) => {
    const own = fileURLToPath(new URL('../..', import.meta.url))
    const running = run.start(
      ...['--strategies', 'session-redis', '--scenarios', 'verify', '--against', own, '--gate', 'cpu=90%'],
    )
    const pids = await processesOf(running)
    const { code, stdout } = await running.ended
    // One round counts commands and bytes; it times nothing.
    expect(code).toBe(3)
    expect(stdout).toMatch(/inconclusive/i)
    const { changes } = run.results()
    const verdicts = new Map(changes.map(({ metric, verdict }) => [metric, verdict]))
    for (const counted of ['redis.commands', 'redis.bytes', 'bytes.request_head']) {
      expect(verdicts.get(counted)).toBe('pass')
    }
    expect(verdicts.get('cpu.server')).toBe('inconclusive')
    run.expectNothingLeft(pids)
  },
)
