import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newMeeting } from '../control-redis.ts'
import { readKeyFile, writeKeyFile } from './key-file.ts'

const meeting = newMeeting('fleet', 7000)
let folder = ''
const file = () => join(folder, 'fleet.key')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'authbench key '))
  writeKeyFile(file(), meeting.key)
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('a key file', () => {
  it('is for its owner alone, and read beside its join file', () => {
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(readKeyFile(file(), meeting.join)).toBe(meeting.key)
  })

  it.each([
    ['that others may read', () => chmodSync(file(), 0o640), 'KEY_FILE_OPEN'],
    ['that is not there', () => rmSync(file()), 'KEY_FILE_UNREADABLE'],
    ['that is no key', () => writeFileSync(file(), 'geheim'), 'KEY_FILE_INVALID'],
    ['of another fleet', () => writeFileSync(file(), newMeeting('fleet', 7000).key), 'KEY_FILE_INVALID'],
  ])('%s is refused, and its secret is not told', (_, spoil, code) => {
    spoil()
    expect(() => readKeyFile(file(), meeting.join)).toThrow(expect.objectContaining({ code, exitCode: 2 }))
    try {
      readKeyFile(file(), meeting.join)
    } catch (error) {
      expect(String(error)).not.toMatch(/geheim|PRIVATE/)
    }
  })
})
