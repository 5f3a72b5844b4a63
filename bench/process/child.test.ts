import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isAlive } from '../testing/child-processes.ts'
import { Child } from './child.ts'

type Sent = { readonly type: string }
type Received = { readonly type: 'echo' | 'failed' }

describe('child process', () => {
  let folder: string
  const children: Child<Sent, Received>[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'authbench child '))
  })
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.stop()))
    rmSync(folder, { recursive: true })
  })

  function start(code: string, signal = new AbortController().signal): Child<Sent, Received> {
    const entry = join(folder, 'child.mjs')
    writeFileSync(entry, code)
    const child = new Child<Sent, Received>(pathToFileURL(entry), 'the child', signal)
    children.push(child)
    return child
  }

  const ECHO = `process.on('message', (m) => process.send(m)); process.on('SIGTERM', () => process.exit(0))`

  it('answers what it is asked', async () => {
    const child = start(ECHO)
    await expect(child.request({ type: 'echo' }, 'echo', 5000)).resolves.toEqual({ type: 'echo' })
  })

  it('says how it died and what it said last', async () => {
    const child = start(`process.on('message', () => { console.error('out of cheese'); process.exit(7) })`)
    await expect(child.request({ type: 'echo' }, 'echo', 5000)).rejects.toMatchObject({
      code: 'CHILD_DIED',
      message: 'the child died (exit code 7): out of cheese',
    })
    await expect(child.request({ type: 'echo' }, 'echo', 5000)).rejects.toMatchObject({ code: 'CHILD_DIED' })
  })

  it('passes on the failure that the child reports, with its code', async () => {
    const child = start(
      `process.on('message', () => process.send({ type: 'failed', code: 'WEAK_KEY', message: 'too short' }))`,
    )
    await expect(child.request({ type: 'echo' }, 'echo', 5000)).rejects.toMatchObject({
      code: 'WEAK_KEY',
      message: 'too short',
    })
  })

  it('does not wait for ever for one that hangs', async () => {
    const child = start(`process.on('message', () => {})`)
    await expect(child.request({ type: 'echo' }, 'echo', 50)).rejects.toMatchObject({ code: 'CHILD_SILENT' })
  })

  it('is gone after stop, even when it ignores SIGTERM', async () => {
    const child = start(`process.on('SIGTERM', () => {}); process.on('message', (m) => process.send(m))`)
    await child.request({ type: 'echo' }, 'echo', 5000)
    expect(isAlive(child.pid)).toBe(true)
    await child.stop()
    expect(isAlive(child.pid)).toBe(false)
  })

  it('ends at once when the run is interrupted', async () => {
    const controller = new AbortController()
    const child = start(ECHO, controller.signal)
    await child.request({ type: 'echo' }, 'echo', 5000)
    controller.abort()
    await expect(child.request({ type: 'echo' }, 'echo', 5000)).rejects.toMatchObject({ code: 'CHILD_DIED' })
    expect(isAlive(child.pid)).toBe(false)
  })
})
