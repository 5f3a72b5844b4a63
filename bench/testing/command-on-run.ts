// In this folder: what tests of the command line share: a stored run to read, a fake bench, real runs of the program and its child processes.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { Results } from '../../src/results/results.ts'
import { terminalOn } from '../cli/terminal.ts'
import { runCli } from '../commands/command-line.ts'

/** A command that reads a stored run: what it says and its exit code, the option that names a run of these results, and where that lies. */
export function commandOnRun(command: string) {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), `authbench-${command}-`))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  return {
    folder: () => folder,
    async say(...args: readonly string[]) {
      const said = { stdout: '', stderr: '' }
      const output = (stream: keyof typeof said) => ({ write: (text: string) => (said[stream] += text) })
      const code = await runCli([command, ...args], terminalOn(output('stdout'), output('stderr'), {}), {})
      return { code, ...said }
    },
    stored(results: Results): readonly string[] {
      const run = join(folder, 'run')
      mkdirSync(run, { recursive: true })
      writeFileSync(join(run, 'results.json'), JSON.stringify(results))
      return ['--run', run]
    },
  }
}
