import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { EXPERIMENTS } from '../../src/experiments/registry.ts'
import { realRun } from '../testing/real-run.ts'
import { readExperiments } from '../trials/journal-file.ts'

const LIMIT_MS = 120_000
const ALONE = ['--scenarios', 'headers,csrf', '--strategies', 'jwt-hs256-fast,session-memory', '--seed', '1']

realRun('experiments alone need no rounds, and the run is valid', { timeout: LIMIT_MS }, async ({ run }) => {
  vi.stubEnv('CHROMIUM_PATH', '/nowhere/chromium')
  const { code, stdout } = await run.start(...ALONE).ended
  expect(code).toBe(0)
  const { validity, config, experiments = [], strategies } = run.results()
  expect(validity.verdict).toBe('ok')
  expect(run.cells()).toEqual([])
  expect(config).toMatchObject({ scenarios: [], experiments: ['headers', 'csrf'] })
  expect(strategies.map(({ id }) => id)).toEqual(['jwt-hs256-fast', 'session-memory'])
  expect(experiments).toMatchObject([
    { id: 'headers', complete: true, void: 0 },
    { id: 'csrf', complete: true, trials: 0 },
  ])
  expect(stdout).toContain('no chromium')
  expect(stdout).toContain(experiments[0]?.answer[0]?.slice(0, 30))
  run.expectNothingLeft([])
  // From the folder alone, and from the first lines of one that was killed.
  expect(readExperiments(run.latest(), EXPERIMENTS)).toEqual(experiments)
  const file = join(run.latest(), 'experiments', 'headers.ndjson')
  const lines = readFileSync(file, 'utf8').split('\n')
  writeFileSync(file, `${lines.slice(0, 2).join('\n')}\n${lines[2]?.slice(0, 20)}`)
  const [cut] = readExperiments(run.latest(), EXPERIMENTS)
  expect(cut).toMatchObject({ trials: 1, complete: false })
  rmSync(file)
})

realRun('experiments run after the scenarios of the same run', { timeout: LIMIT_MS }, async ({ run }) => {
  const { code } = await run.start('--scenarios', 'headers,verify', '--strategies', 'jwt-hs256-fast').ended
  // 3: too noisy a machine.
  expect([0, 3]).toContain(code)
  const { config, experiments, strategies } = run.results()
  expect(config).toMatchObject({ scenarios: ['verify'], experiments: ['headers'] })
  expect(strategies.map(({ id }) => id)).toEqual(['none', 'jwt-hs256-fast'])
  expect(run.cells().length).toBeGreaterThan(0)
  expect(experiments?.[0]?.figures.map(({ subject }) => subject)).toContain('jwt-hs256-fast')
})

realRun(
  'Ctrl-C in the middle of an experiment keeps what it observed',
  { timeout: LIMIT_MS },
  async ({ run }) => {
    const running = run.start('--scenarios', 'headers', '--strategies', 'all', '--seed', '1')
    await running.says('is done')
    running.child.kill('SIGINT')
    const { code } = await running.ended
    expect(code).toBe(130)
    const { run: about, experiments = [] } = run.results()
    expect(about.partial).toBe(true)
    expect(experiments[0]?.complete).toBe(false)
    expect(experiments[0]?.trials).toBeGreaterThan(0)
    run.expectNothingLeft([])
  },
)
