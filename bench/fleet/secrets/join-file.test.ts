import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readJoinFile, removeJoinFile, writeJoinFile } from './join-file.ts'

const content = { fleet: 'f', host: '10.0.0.1', port: 7000, password: 'geheim', certificate: 'PEM' }
let folder = ''
const file = () => join(folder, 'fleet.json')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'authbench join '))
  writeJoinFile(file(), content)
})
afterEach(() => rmSync(folder, { recursive: true }))

const changed = (change: object): void =>
  writeFileSync(file(), JSON.stringify({ ...JSON.parse(readFileSync(file(), 'utf8')), ...change }))

describe('a join file', () => {
  it('is for its owner alone, also where one that others may read was there', () => {
    chmodSync(file(), 0o644)
    writeJoinFile(file(), content)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(readJoinFile(file())).toMatchObject(content)
  })

  it('goes with its fleet, and never with another one', () => {
    removeJoinFile(file(), { fleet: 'another' })
    expect(existsSync(file())).toBe(true)
    removeJoinFile(file(), content)
    expect(existsSync(file())).toBe(false)
  })

  it('that cannot be written leaves nothing', () => {
    const path = join(folder, 'taken')
    mkdirSync(path)
    expect(() => writeJoinFile(path, content)).toThrow(
      expect.objectContaining({ code: 'JOIN_FILE_UNWRITABLE', exitCode: 2 }),
    )
    expect(readdirSync(folder).toSorted()).toEqual(['fleet.json', 'taken'])
  })

  it.each([
    ['that others may read', () => chmodSync(file(), 0o640), 'JOIN_FILE_OPEN'],
    ['that is not there', () => rmSync(file()), 'JOIN_FILE_UNREADABLE'],
    ['that is no JSON', () => writeFileSync(file(), 'geheim'), 'JOIN_FILE_INVALID'],
    ['that is another JSON', () => writeFileSync(file(), '{"password":"geheim"}'), 'JOIN_FILE_INVALID'],
    ['with a port that is none', () => changed({ port: 70_000 }), 'JOIN_FILE_INVALID'],
    ['of a later format', () => changed({ schema: 'authbench/join@2' }), 'JOIN_FILE_INVALID'],
    ['of another version', () => changed({ authbench: '0.0.1' }), 'JOIN_FILE_OTHER_VERSION'],
    ['of another Node.js', () => changed({ node: 'v18.0.0' }), 'JOIN_FILE_OTHER_VERSION'],
  ])('%s is refused, and its secret is not told', (_, spoil, code) => {
    spoil()
    let told: unknown
    try {
      readJoinFile(file())
    } catch (error) {
      told = error
    }
    expect(told).toMatchObject({ code, exitCode: 2 })
    expect(String(told)).not.toContain('geheim')
  })
})
