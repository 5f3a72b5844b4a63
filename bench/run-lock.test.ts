import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
