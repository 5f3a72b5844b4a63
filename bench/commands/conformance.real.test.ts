import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended } from '../testing/child-processes.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

describe('authbench conformance', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'authbench conformance '))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function conformance(args: readonly string[], onFolder: (kill: () => void) => void = () => undefined) {
    const child = spawn(process.execPath, [MAIN, 'conformance', ...args], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const watch = setInterval(() => {
      if (readdirSync(folder).some((name) => name.startsWith('authbench-conformance-'))) {
        clearInterval(watch)
        onFolder(() => child.kill('SIGINT'))
      }
    }, 20)
    return ended(child).finally(() => clearInterval(watch))
  }

  it('shows what a strategy keeps, what it breaks by design, and why', async () => {
    const { code, stdout } = await conformance(['--strategies', 'jwt-hs256-fast'])
    expect(stdout).toMatch(/^jwt-hs256-fast +[✓e·]/m)
    expect(stdout).toMatch(/Failures by design\n {2}S05 [\s\S]*nothing is kept/)
    expect(stdout).toContain('2 failed by design, 0 not as declared')
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
    expect(code).toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes no file for passed that ends the process', async () => {
    const example = fileURLToPath(new URL('../../servers/examples/hmac-ticket.ts', import.meta.url))
    const file = join(folder, 'ends.mjs')
    const open = 'async open() { process.exit(0) }'
    writeFileSync(
      file,
      `import base from ${JSON.stringify(example)}; export default { ...base, id: 'ends', ${open} }`,
    )
    const { code, stderr } = await conformance(['--strategy', file])
    expect(stderr).toContain('STRATEGY_ENDED_PROCESS')
    expect(code).toBe(3)
  })

  it('stops at Ctrl-C and leaves nothing behind', async () => {
    const { code, stderr } = await conformance(['--strategies', 'session-redis'], (kill) => kill())
    expect(stderr).toMatch(/Stopping[\s\S]*Interrupted before anything was checked/)
    expect(code).toBe(130)
    expect(readdirSync(folder)).toEqual([])
  })
})
