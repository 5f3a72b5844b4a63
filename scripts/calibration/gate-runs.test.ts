import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fakeResults } from '../../src/testing/fake-results.ts'
import { gateOptions } from './gate-options.ts'
import { keepRun, openRuns, runsOf } from './gate-runs.ts'

let out: string
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'authbench-gate-runs-'))
})
afterEach(() => rmSync(out, { recursive: true }))

const SETTINGS = { strategy: 'jwt-hs256', bytes: 104 } as const

/** What a run left in the folder of the run under way. */
function leave(name: string, changes: { readonly partial?: boolean } | null = {}): string {
  const folder = join(out, 'partial', name)
  mkdirSync(folder, { recursive: true })
  const results = fakeResults()
  if (changes !== null)
    writeFileSync(
      join(folder, 'results.json'),
      JSON.stringify({ ...results, run: { ...results.run, ...changes } }),
    )
  return join(out, 'partial')
}

test.each([
  ['no number of runs', ['--runs', 'twenty']],
  ['no run', ['--runs', '0']],
  ['bytes that are no array', ['--bytes', '100']],
  ['fewer bytes than an array has', ['--bytes', '48']],
  ['a strategy that is not there', ['--strategy', 'jwt-hs257']],
  ['an option that is not there', ['--byte', '104']],
])('%s: refused before anything starts', (_, args) => {
  expect(() => gateOptions(['--out', out, ...args])).toThrow(
    expect.objectContaining({ code: 'OPTIONS_INVALID' }),
  )
})

test('the folder of the runs has to be named; the rest has defaults', () => {
  expect(() => gateOptions([])).toThrow('--out: name the folder of the runs')
  expect(gateOptions(['--out', out])).toEqual({ out, runs: 20, strategy: 'jwt-hs256-fast', bytes: 104 })
})

test('a folder goes on with runs that were made alike, and with no others', () => {
  openRuns({ out, ...SETTINGS })
  // Nothing was measured yet.
  openRuns({ out, ...SETTINGS, bytes: 160 })
  keepRun(leave('a'), out, 'more', 1)
  openRuns({ out, ...SETTINGS, bytes: 160 })
  for (const other of [{ bytes: 104 }, { strategy: 'none' as const, bytes: 160 }])
    expect(() => openRuns({ out, ...SETTINGS, ...other })).toThrow('jwt-hs256 and 160 bytes')
  rmSync(join(out, 'settings.json'))
  expect(() => openRuns({ out, ...SETTINGS, bytes: 160 })).toThrow('nobody knows how')
})

test('only a run with whole results is kept', () => {
  openRuns({ out, ...SETTINGS })
  expect(() => keepRun(join(out, 'partial'), out, 'same', 3)).toThrow('left no result')
  const unreadable = leave('without-results', null)
  expect(() => keepRun(unreadable, out, 'same', 3)).toThrow('no stored run')
  rmSync(unreadable, { recursive: true })
  expect(() => keepRun(leave('cut', { partial: true }), out, 'same', 3)).toThrow('was cut short')
  for (const code of [2, 130, null])
    expect(() => keepRun(join(out, 'partial'), out, 'same', code)).toThrow('left no result')
  expect(runsOf(out, 'same')).toEqual([])
  rmSync(join(out, 'partial'), { recursive: true })
  keepRun(leave('whole'), out, 'same', 0)
  expect(readdirSync(join(out, 'same'))).toEqual(['whole'])
  expect(existsSync(join(out, 'partial', 'whole'))).toBe(false)
  expect(runsOf(out, 'same')).toHaveLength(1)
})
