import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cell } from '../src/cell.ts'
import { type Results, resultsSchema } from '../src/results.ts'
import { readCells } from './results-folder.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const STRATEGIES = 'none,jwt-hs256-fast,session-redis'

/** Children, grandchildren, ... of a process. */
function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return children
      .split(' ')
      .filter((child) => child.trim() !== '')
      .flatMap((child) => [Number(child), ...descendants(Number(child))])
  } catch {
    return []
  }
}

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 5))

/** Waits until servers, generator and Redis of a run are all there. */
async function processesOf(runner: number): Promise<number[]> {
  while (isRunning(runner)) {
    const pids = descendants(runner)
    const commands = pids.map(commandOf)
    if (
      ['servers/main', 'load/main', 'redis'].every((name) =>
        commands.some((command) => command.includes(name)),
      )
    ) {
      return pids
    }
    await nextTurn()
  }
  throw new Error('the run ended before all of its processes were there')
}

const isRunning = (pid: number): boolean => commandOf(pid) !== ''

/** Real servers, real HTTP, real Redis; what the machine makes of it is not asserted. */
describe('the real pipeline in its smallest profile', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'authbench pipeline '))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  interface Running {
    readonly child: ChildProcess
    readonly ended: Promise<{
      readonly code: number | null
      readonly stdout: string
      readonly stderr: string
    }>
    /** Resolves when standard error has said it. */
    says(text: string): Promise<void>
  }

  function start(...args: string[]): Running {
    const child = spawn(
      process.execPath,
      [MAIN, 'run', '--profile', 'smoke', '--out', join(folder, 'out'), ...args],
      {
        env: { ...process.env, TMPDIR: folder, REDIS_URL: '' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let stdout = ''
    let stderr = ''
    const waiting: { readonly text: string; readonly resolve: () => void }[] = []
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
      for (const { text: wanted, resolve } of waiting) if (stderr.includes(wanted)) resolve()
    })
    return {
      child,
      ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr }))),
      says: (text) => new Promise((resolve) => waiting.push({ text, resolve })),
    }
  }

  const latest = () => join(folder, 'out', 'latest')
  const expectNothingLeft = (pids: readonly number[]) => {
    expect(pids.filter(isRunning).map(commandOf)).toEqual([])
    expect(readdirSync(folder)).toEqual(['out'])
  }
  const measured = (cell: Cell) => {
    if (cell.state === 'failed') throw new Error(cell.error.message)
    return cell
  }

  it('measures what was really sent, answered and stored, and writes every report', async () => {
    const { ended, child } = start(
      '--strategies',
      STRATEGIES,
      '--scenarios',
      'verify',
      '--seed',
      '1',
      '--json',
    )
    const pids = await processesOf(child.pid ?? 0)
    const { stdout, stderr } = await ended
    const results: Results = resultsSchema.parse(JSON.parse(stdout))
    expect(results.config).toMatchObject({ seed: 1, strategies: STRATEGIES.split(','), rounds: 1 })
    expect(
      results.comparisons.every(
        ({ verdict }) =>
          verdict === 'not judged' || verdict === 'equal' || verdict === 'better' || verdict === 'worse',
      ),
    ).toBe(true)
    // A noisy machine may have had some measured again.
    const cells = readCells(latest())
      .filter(({ attempt }) => attempt === 0)
      .map(measured)
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
    expect(readdirSync(latest()).toSorted()).toEqual(
      ['cells.ndjson', 'charts', 'report.html', 'report.md', 'results.csv', 'results.json'].toSorted(),
    )
    expect(stderr).toContain('report.html')
    expectNothingLeft(pids)
  })

  it('sends what is due when it is due, and finds a rate', async () => {
    const { ended, child } = start(
      '--strategies',
      'session-redis',
      '--scenarios',
      'iso-load,slo',
      '--slo',
      '200',
    )
    const pids = await processesOf(child.pid ?? 0)
    await ended
    const cells = readCells(latest())
      .filter(({ attempt }) => attempt === 0)
      .map(measured)
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
    expectNothingLeft(pids)
  })

  it('lets users in and out, and refreshes, on every connection with a session of its own', async () => {
    const { ended, child } = start(...['--strategies', 'jwt-refresh', '--scenarios', 'refresh,mixed'])
    const pids = await processesOf(child.pid ?? 0)
    await ended
    const cells = readCells(latest())
      .filter(({ attempt }) => attempt === 0)
      .map(measured)
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
    const { validity, cohorts } = resultsSchema.parse(
      JSON.parse(readFileSync(join(latest(), 'results.json'), 'utf8')),
    )
    expect(validity.reasons.filter((reason) => /No authentication.*refresh/.test(reason))).toEqual([])
    expect(cohorts.every(({ count }) => count > 0)).toBe(true)
    expectNothingLeft(pids)
  })

  it('runs every strategy from another checkout in the same rounds, and holds the change to gates', async () => {
    const own = fileURLToPath(new URL('..', import.meta.url))
    const { ended, child } = start(
      ...['--strategies', 'session-redis', '--scenarios', 'verify', '--against', own, '--gate', 'cpu=90%'],
    )
    const pids = await processesOf(child.pid ?? 0)
    const { code, stdout } = await ended
    // One round counts commands and bytes; it times nothing.
    expect(code).toBe(3)
    expect(stdout).toMatch(/inconclusive/i)
    const { changes } = resultsSchema.parse(JSON.parse(readFileSync(join(latest(), 'results.json'), 'utf8')))
    const verdicts = new Map(changes.map(({ metric, verdict }) => [metric, verdict]))
    for (const counted of ['redis.commands', 'redis.bytes', 'bytes.request_head']) {
      expect(verdicts.get(counted)).toBe('pass')
    }
    expect(verdicts.get('cpu.server')).toBe('inconclusive')
    expectNothingLeft(pids)
  })

  it('keeps what was measured when it is interrupted, says so, and leaves nothing behind', async () => {
    const { ended, child, says } = start(
      '--strategies',
      'none,session-redis',
      '--scenarios',
      'verify',
      '--rounds',
      '40',
    )
    await says('round  1/40')
    const pids = await processesOf(child.pid ?? 0)
    child.kill('SIGINT')
    const { code, stdout } = await ended
    expect(code).toBe(130)
    const results = resultsSchema.parse(JSON.parse(readFileSync(join(latest(), 'results.json'), 'utf8')))
    expect(results.run.partial).toBe(true)
    expect(results.validity.verdict).toBe('partial')
    expect(stdout).toMatch(/partial/i)
    expectNothingLeft(pids)
  })

  it('fails the cell of a server that is killed, with the cause, and finishes the run', async () => {
    const { ended, child } = start('--strategies', STRATEGIES, '--scenarios', 'verify', '--rounds', '2')
    const pids = await processesOf(child.pid ?? 0)
    const victim = pids.find((pid) => commandOf(pid).includes('servers/main'))
    if (victim === undefined) throw new Error('no server')
    process.kill(victim, 'SIGKILL')
    const { code } = await ended
    expect(code).not.toBe(130)
    const cells = readCells(latest())
    expect(cells.filter(({ state }) => state === 'failed')).toEqual([
      expect.objectContaining({
        round: 0,
        error: { code: 'CHILD_DIED', message: expect.stringContaining('SIGKILL') },
      }),
    ])
    expect(cells.filter(({ round, attempt }) => round === 1 && attempt === 0)).toHaveLength(4)
    expectNothingLeft(pids)
  })

  it('fails the cells of strategies of the user that do not do what they should, and says why', async () => {
    const sound = join(import.meta.dirname, '../servers/examples/hmac-ticket.ts')
    const files = Object.entries({
      throws: `async open() { throw Object.assign(new Error('no licence found'), { code: 'NO_LICENCE' }) }`,
      hangs: `async open(deps) { const own = await base.open(deps); let asked = 0
        return { ...own, verify: (c) => ++asked > 10 ? new Promise(() => {}) : own.verify(c) } }`,
      leaks: `async open(deps) { const own = await base.open(deps); const kept = []
        return { ...own, verify(c) { kept.push(Buffer.alloc(400_000, 1)); return own.verify(c) } } }`,
      lets: `async open(deps) { const own = await base.open(deps)
        return { ...own, verify: async (c) => (await own.verify(c)) ?? { sub: 'anybody', claims: {} } } }`,
    }).map(([id, open]) => {
      const path = join(folder, `${id}.mjs`)
      writeFileSync(
        path,
        `import base from ${JSON.stringify(sound)}; export default { ...base, id: '${id}', title: '${id}', ${open} }`,
      )
      return path
    })
    const { ended } = start(
      ...['--strategies', 'none', '--scenarios', 'verify'],
      ...[...files, sound].flatMap((file) => ['--strategy', file]),
    )
    await ended
    const cells = readCells(latest()).filter(({ attempt }) => attempt === 0)
    const state = (id: string) => cells.find(({ strategy }) => strategy === id)
    expect(state('throws')).toMatchObject({ error: { code: 'NO_LICENCE', message: 'no licence found' } })
    expect(state('hangs')).toMatchObject({ state: 'failed' })
    expect(state('lets')).toMatchObject({
      error: { code: 'STRATEGY_BROKE_CONTRACT', message: expect.stringContaining('no credential') },
    })
    const leak = state('leaks')
    const found = leak?.state === 'invalid' ? leak.checks.filter(({ outcome }) => outcome === 'invalid') : []
    expect(found.map(({ id }) => id)).toContain('memory')
    expect(['completed', 'invalid']).toContain(state('hmac-ticket')?.state)
  })
})
