import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { ended } from '../bench/testing/child-processes.ts'

const SCRIPT = fileURLToPath(new URL('./break-strategies.ts', import.meta.url))

test('a family that lives on after a theft fails the run of its experiment', {
  timeout: 120_000,
}, async () => {
  const child = spawn(process.execPath, [SCRIPT, '--only', 'refresh-race'], { stdio: 'pipe' })
  const ending = ended(child)
  // Of a test that failed: it would run on beside the next ones.
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ending
  })
  const { code, stdout } = await ending
  expect(stdout).toContain('refresh-race: lost-family fails the run')
  expect(code).toBe(0)
})
