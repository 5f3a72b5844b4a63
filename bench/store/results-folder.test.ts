import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createResultsFolder, readCells, readResults } from './results-folder.ts'
import { lockMachine } from './run-lock.ts'

describe('results folder', () => {
  let out: string
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), 'authbench results '))
  })
  afterEach(() => rmSync(out, { recursive: true }))
  const start = () => createResultsFolder(out, 'smoke', new Date('2026-01-02T03:04:05.678Z'))

  it('is named after time and profile', () => {
    expect(start().id).toMatch(/^20260102T030405Z-smoke-[0-9a-f]{4}$/)
  })

  it('keeps cells line by line and reads them back', () => {
    const folder = start()
    const cell = {
      state: 'failed',
      strategy: 'none',
      arm: 'main',
      scenario: 'verify',
      params: {},
      round: 0,
      position: 0,
      attempt: 0,
      error: { code: 'X', message: 'y' },
    } as const
    folder.appendCell(cell)
    folder.appendCell({ ...cell, round: 1 })
    expect(readCells(folder.path)).toEqual([cell, { ...cell, round: 1 }])
  })

  it('names the line of a damaged cell', () => {
    const folder = start()
    writeFileSync(join(folder.path, 'cells.ndjson'), '\n{"state":"comp')
    expect(() => readCells(folder.path)).toThrow(/line 2/)
  })

  it('writes a file whole, without leaving the temporary one', () => {
    const folder = start()
    folder.write('charts/a.svg', '<svg/>')
    expect(readFileSync(join(folder.path, 'charts/a.svg'), 'utf8')).toBe('<svg/>')
    expect(readdirSync(join(folder.path, 'charts'))).toEqual(['a.svg'])
  })

  it('moves latest to the newest run, but leaves a folder of that name alone', () => {
    start().link()
    const second = start()
    second.link()
    expect(readlinkSync(join(out, 'latest'))).toBe(second.id)
    rmSync(join(out, 'latest'))
    mkdirSync(join(out, 'latest'))
    start().link()
    expect(readdirSync(join(out, 'latest'))).toEqual([])
  })

  it('refuses a folder that cannot be made, before anything is measured', () => {
    writeFileSync(join(out, 'file'), '')
    expect(() => createResultsFolder(join(out, 'file', 'below'), 'smoke', new Date())).toThrow(
      expect.objectContaining({ code: 'OUT_NOT_WRITABLE', exitCode: 2 }),
    )
  })

  it.each([
    ['absent', null, 'RESULTS_MISSING'],
    ['cut off', '{"schema":', 'RESULTS_NOT_JSON'],
    ['of another version', '{"schema":"authbench/results@9"}', 'RESULTS_SCHEMA'],
    ['of another program', '{"schema":"authbench/results@1"}', 'RESULTS_INVALID'],
  ])('says what is wrong with a result file that is %s', (_, text, code) => {
    if (text !== null) writeFileSync(join(out, 'results.json'), text)
    expect(() => readResults(out)).toThrow(expect.objectContaining({ code, exitCode: 2 }))
  })
})

describe('machine lock', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'authbench-lock-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('refuses a second run with the number of the first', () => {
    const release = lockMachine(folder)
    expect(() => lockMachine(folder)).toThrow(
      expect.objectContaining({
        code: 'RUN_IN_PROGRESS',
        message: expect.stringContaining(String(process.pid)),
      }),
    )
    release()
    expect(readdirSync(folder)).toEqual([])
    lockMachine(folder)()
  })

  it('says so when the lock cannot be taken', () => {
    expect(() => lockMachine(join(folder, 'absent'))).toThrow(
      expect.objectContaining({ code: 'LOCK_UNUSABLE', exitCode: 2 }),
    )
  })

  it('takes over the lock of a run that is dead', () => {
    writeFileSync(join(folder, 'authbench.lock'), '2147483646')
    lockMachine(folder)()
    expect(readdirSync(folder)).toEqual([])
  })
})
