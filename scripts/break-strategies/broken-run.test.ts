import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BROKEN, noticed } from './broken-run.ts'

const BROKEN_ONE = { experiment: 'split', strategy: 'hidden-lookup', says: 'asked' }
const HANGS = 'setInterval(() => {}, 60_000)'
const LONG_MS = 60_000

/** What stands in for a run. */
function setting(program: string, limitMs: number, signal = new AbortController().signal) {
  const folder = mkdtempSync(join(tmpdir(), 'authbench-broken-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const main = join(folder, 'main.mjs')
  writeFileSync(main, program)
  return { main, limitMs, signal, folder }
}

test.each([
  ['fails before it has results', 'process.exitCode = 1', LONG_MS, 'left no results'],
  ['hangs', HANGS, 1, 'not done within 1 ms'],
])('a run that %s has noticed nothing, and leaves nothing', async (_how, program, limitMs, why) => {
  const own = setting(program, limitMs)
  const { isNoticed, sentences } = await noticed(BROKEN_ONE, own)
  expect(isNoticed).toBe(false)
  expect(sentences).toContain(why)
  expect(readdirSync(own.folder)).toEqual(['main.mjs'])
})

test('an interruption ends the run, and leaves nothing', async () => {
  const interrupted = new AbortController()
  const own = setting(HANGS, LONG_MS, interrupted.signal)
  const running = noticed(BROKEN_ONE, own)
  interrupted.abort(new Error('interrupted'))
  await expect(running).rejects.toThrow('interrupted')
  expect(readdirSync(own.folder)).toEqual(['main.mjs'])
})

test('every strategy that breaks a promise has an experiment that is to notice it', () => {
  const files = readdirSync(new URL('../../servers/testing/broken/', import.meta.url))
  expect(BROKEN.map(({ strategy }) => `${strategy}.ts`).toSorted()).toEqual(files.toSorted())
})
