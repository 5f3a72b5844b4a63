import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { makeFolder, readUserFile } from './user-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)

describe('a file of the user', () => {
  test('is read without its byte order mark, through a link as well', () => {
    writeFileSync(at('text'), '\uFEFFone\n')
    symlinkSync(at('text'), at('link'))
    expect(readUserFile(at('text'))).toBe('one\n')
    expect(readUserFile(at('link'))).toBe('one\n')
  })

  test.runIf(process.platform === 'linux')('that never ends is refused instead of waited for', () => {
    execFileSync('mkfifo', [at('pipe')])
    for (const path of [at('pipe'), '/dev/zero', '/dev/tty']) {
      expect(() => readUserFile(path)).toThrow(/no regular file|ENXIO|ENOENT/)
    }
  })

  test('that is a folder, absent or huge is refused', () => {
    expect(() => readUserFile(folder)).toThrow('folder')
    expect(() => readUserFile(at('absent'))).toThrow('ENOENT')
    writeFileSync(at('huge'), '')
    truncateSync(at('huge'), 5 * 2 ** 30)
    expect(() => readUserFile(at('huge'))).toThrow('bytes')
  })
})

describe('a folder', () => {
  test('is made with those above it, or was there', () => {
    makeFolder(at('a/b/c'))
    makeFolder(at('a/b/c'))
    expect(statSync(at('a/b/c')).isDirectory()).toBe(true)
  })

  test('is refused, and not tried for ever, where its parent takes none', () => {
    writeFileSync(at('file'), '')
    expect(() => makeFolder(at('file/x/y'))).toThrow('ENOTDIR')
    expect(() => makeFolder(at('file'))).toThrow('EEXIST')
    if (process.platform === 'linux') expect(() => makeFolder('/proc/authbench/results')).toThrow('ENOENT')
  })
})
