import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { measured, processesOf, realRun } from '../testing/real-run.ts'

// What pipeline.test.ts leaves out: open loops, sessions of each connection's own, another checkout, an interruption.

const LIMIT_MS = 240_000

// Where others use the machine too, every trial of the search is made three times.
realRun('sends what is due when it is due, and finds a rate', { timeout: LIMIT_MS }, async ({ run }) => {
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
  { timeout: LIMIT_MS },
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
  'over TLS a request weighs what it weighs in plain text, and is counted as often',
  { timeout: LIMIT_MS },
  async ({ run }) => {
    const runs = []
    for (const way of [[], ['--tls']]) {
      const running = run.start('--strategies', 'session-redis', '--scenarios', 'verify', ...way)
      const pids = await processesOf(running)
      await running.ended
      const cells = run.firstAttempts().map(measured)
      expect(cells).toHaveLength(3)
      for (const { load, probe, strategy, store } of cells) {
        expect(load.requestBytes).toBe(load.responses * probe.requestHeadBytes)
        expect(load.statuses).toEqual({ 200: load.responses })
        if (strategy === 'session-redis') expect(store?.commands).toEqual({ get: load.responses })
      }
      expect(run.results().config.world?.tls ?? false).toBe(way.length > 0)
      run.expectNothingLeft(pids)
      runs.push(new Map(cells.map(({ strategy, probe }) => [strategy, probe])))
    }
    const [plain, secret] = runs
    expect(secret).toEqual(plain)
  },
)

realRun(
  'runs every strategy from another checkout in the same rounds, and holds the change to gates',
  { timeout: LIMIT_MS },
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

realRun(
  'keeps what was measured when it is interrupted, says so, and leaves nothing behind',
  { timeout: LIMIT_MS },
  async ({ run }) => {
    const running = run.start('--strategies', 'none,session-redis', '--scenarios', 'verify', '--rounds', '40')
    await running.says('round  1/40')
    const pids = await processesOf(running)
    running.child.kill('SIGINT')
    const { code, stdout } = await running.ended
    expect(code).toBe(130)
    const results = run.results()
    expect(results.run.partial).toBe(true)
    expect(results.validity.verdict).toBe('partial')
    expect(stdout).toMatch(/partial/i)
    run.expectNothingLeft(pids)
  },
)
