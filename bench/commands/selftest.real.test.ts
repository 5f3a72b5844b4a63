import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended } from '../testing/child-processes.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

describe('authbench selftest', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'authbench selftest '))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function selftest(args: readonly string[], onOutput: (kill: () => void) => void = () => undefined) {
    // A lock of its own: what a test leaves behind shows.
    const child = spawn(process.execPath, [MAIN, 'selftest', ...args], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.on('data', () => onOutput(() => child.kill('SIGINT')))
    return ended(child)
  }

  it('finds both engines exact where nothing depends on time', async () => {
    const { code, stdout } = await selftest(['--only', 'counts,bytes', '--json'])
    const report = JSON.parse(stdout)
    expect(report).toMatchObject({ schema: 'authbench/selftest@1', verdict: 'passed' })
    expect(report.results).toHaveLength(12)
    expect(new Set(report.results.map(({ state }: { state: string }) => state))).toEqual(new Set(['passed']))
    expect(code).toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  it('stops at Ctrl-C with what it has, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await selftest(['--only', 'counts,difference'], (kill) => kill())
    expect(stderr).toContain('Stopping')
    expect(stdout).not.toContain('difference')
    expect(code).toBe(130)
    expect(readdirSync(folder)).toEqual([])
  })

  it('knows what there is to check', async () => {
    const { code, stderr } = await selftest(['--only', 'cuonts'])
    expect(stderr).toMatch(/no check 'cuonts'[\s\S]*Did you mean 'counts'\?/)
    expect(code).toBe(2)
  })
})
