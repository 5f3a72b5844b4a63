import { readdirSync } from 'node:fs'
import { expect } from 'vitest'
import { type Results, resultsSchema } from '../../src/results/results.ts'
import { measured, processesOf, realRun } from '../testing/real-run.ts'

// Real servers, real HTTP, real Redis; what the machine makes of it is not asserted.

const LIMIT_MS = 240_000
const STRATEGIES = 'none,jwt-hs256-fast,session-redis'

realRun(
  'measures what was really sent, answered and stored, and writes every report',
  { timeout: LIMIT_MS },
  async ({ run }) => {
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
  },
)
