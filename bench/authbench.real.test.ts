import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { ended, isAlive } from './testing/child-processes.ts'

const LAUNCHER = fileURLToPath(new URL('./authbench.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'authbench-launch-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const launch = (...args: string[]) => spawn(process.execPath, [LAUNCHER, ...args], { stdio: 'pipe' })

test('the launcher hands arguments, output and exit code through', async () => {
  expect(await ended(launch('list', 'profiles'))).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/quick/),
  })
  expect(await ended(launch('run', '--profile', 'none-such'))).toMatchObject({ code: 2 })
})

/** A strategy file that writes which process asked for it, and hangs: the command waits for it. */
function hangingRun(name: string) {
  const told = join(folder, name)
  const file = join(folder, `${name}.mjs`)
  writeFileSync(
    file,
    `(await import('node:fs')).writeFileSync(${JSON.stringify(told)}, String(process.ppid)); await new Promise(() => {})`,
  )
  return { launcher: launch('run', '--strategy', file, '--out', folder), told }
}

test.each(['SIGTERM', 'SIGKILL'] as const)('%s of the launcher ends the program', async (signal) => {
  const { launcher, told } = hangingRun(signal)
  await expect.poll(() => (existsSync(told) ? readFileSync(told, 'utf8') : '')).toMatch(/^\d+$/)
  const program = Number(readFileSync(told, 'utf8'))
  expect(program).not.toBe(launcher.pid)
  launcher.kill(signal)
  await once(launcher, 'exit')
  await expect.poll(() => isAlive(program)).toBe(false)
})
