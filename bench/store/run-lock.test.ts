import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockMachine, otherRun } from './run-lock.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'authbench-lock-'))
  file = join(folder, 'authbench.lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it.each([
  ['a pipe, which nobody ever writes to', () => spawnSync('mkfifo', [file]).status === 0],
  ['a folder', () => mkdirSync(file) === undefined],
])('%s in the place of the lock is refused, and not waited for', (_, make) => {
  if (!make()) return
  expect(() => lockMachine(folder)).toThrow(expect.objectContaining({ code: 'LOCK_UNUSABLE' }))
  expect(() => otherRun(folder)).toThrow()
})

it('another run is one that holds the lock, lives, and is not this process', () => {
  expect(otherRun(folder)).toBeNull()
  writeFileSync(file, String(process.ppid))
  expect(otherRun(folder)).toBe(process.ppid)
  writeFileSync(file, '4194305')
  expect(otherRun(folder)).toBeNull()
  rmSync(file)
  const release = lockMachine(folder)
  expect(otherRun(folder)).toBeNull()
  release()
})

it.each(['', 'rubbish', '0', '-1', '1.5'])('a lock that holds %j is nobody’s', (text) => {
  writeFileSync(file, text)
  expect(otherRun(folder)).toBeNull()
  lockMachine(folder)()
  expect(existsSync(file)).toBe(false)
})

it.runIf(process.platform === 'linux')(
  'the number of a holder that another process has by now is no holder',
  () => {
    writeFileSync(file, `${process.ppid} 1`)
    expect(otherRun(folder)).toBeNull()
    lockMachine(folder)()
  },
)

it('the lock of a run that does not answer is taken over, and stays with the new one', () => {
  writeFileSync(file, String(process.ppid))
  const longAgo = new Date(Date.now() - 60_000)
  utimesSync(file, longAgo, longAgo)
  const said: string[] = []
  const release = lockMachine(folder, (line) => said.push(line))
  expect(said.join()).toContain(`process ${process.ppid}`)
  expect(Number(readFileSync(file, 'utf8').split(' ')[0])).toBe(process.pid)
  writeFileSync(file, String(process.ppid))
  release()
  expect(existsSync(file)).toBe(true)
})
