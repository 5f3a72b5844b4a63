import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { describe, expect, it } from 'vitest'
import { goFirst, yieldToOthers } from './priority.ts'

describe('yielding to others', () => {
  it('lowers the priority of a process and of its session, and nothing of the own one', () => {
    const before = getPriority()
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
      detached: true,
      stdio: 'ignore',
    })
    try {
      const pid = child.pid ?? -1
      yieldToOthers(pid)
      expect(getPriority(pid)).toBe(10)
      const group = `/proc/${pid}/autogroup`
      if (existsSync(group)) expect(readFileSync(group, 'utf8')).toMatch(/nice 10$/m)
      expect(getPriority()).toBe(before)
    } finally {
      child.kill('SIGKILL')
    }
  })

  it('does not mind a process that is gone', () => {
    expect(() => yieldToOthers(2 ** 22 - 1)).not.toThrow()
    expect(() => goFirst(2 ** 22 - 1)).not.toThrow()
  })
})
