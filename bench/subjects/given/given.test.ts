import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readBody } from './body.ts'
import { readHeaders } from './headers.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench-given-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
function file(content: string | Buffer): string {
  const path = join(folder, String(++files))
  writeFileSync(path, content)
  return path
}

const refused = (code: string) => expect.objectContaining({ code, exitCode: 2 })

test.each([
  ['no colon', 'geheim'],
  ['no name', ': geheim'],
  ['a name that is none', 'X Key: geheim'],
  ['a space before the colon (RFC 9112 section 5.1)', 'X-Key : geheim'],
  ['a control character', 'X-Key: geheim\u0000'],
  ['a tabulator', 'X-Key: a\tgeheim'],
  ['a letter that is not ASCII', 'X-Key: gehéim, geheim'],
  ['more than servers take', `X-Key: ${'geheim'.repeat(2000)}`],
  ['the host', 'Host: geheim'],
  ['the connection', 'connection: geheim'],
  ['the length', 'Content-Length: 3'],
  ['the framing', 'Transfer-Encoding: chunked'],
  ['the credential', 'AUTHORIZATION: geheim'],
  ['a name that is there already', 'x-tenant: geheim'],
])('a header with %s is refused without telling its value', (_what, header) => {
  for (const given of [header, `@${file(`\n${header}`)}`]) {
    try {
      readHeaders(['X-Tenant: a', given], 'bearer')
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'HEADER_INVALID', exitCode: 2 })
      expect(String(error)).not.toContain('geheim')
    }
  }
})

test('a line break of an option ends no header', () => {
  expect(() => readHeaders(['X-Key: a\r\nX-Other: b'], 'bearer')).toThrow(refused('HEADER_INVALID'))
})

test('a cookie is a header where the credential is none', () => {
  expect(readHeaders(['Cookie: node=b'], 'bearer')).toEqual({ Cookie: 'node=b' })
  expect(() => readHeaders(['Cookie: node=b'], 'cookie')).toThrow(refused('HEADER_INVALID'))
})

test('a file of headers says which line is wrong, and one that is not there which it is', () => {
  expect(() => readHeaders([`@${file('X-A: 1\n\nX-B')}`], 'bearer')).toThrow('line 3 of')
  expect(() => readHeaders(['@/nowhere'], 'bearer')).toThrow(refused('HEADER_FILE_UNREADABLE'))
})

test('a body is sent as it is, byte order mark included', () => {
  expect(Buffer.from(readBody(file('\uFEFF{"é":1}\r\n'), 1))).toEqual(Buffer.from('\uFEFF{"é":1}\r\n'))
})

test.each([
  ['nothing in it', '', 1],
  ['bytes that are no text', Buffer.from([0x7b, 0xf0, 0x9f, 0x98]), 1],
  ['a copy for each of many credentials', 'geheim'.repeat(10_000), 2000],
])('a body with %s is refused without telling what is in it', (_what, content, requests) => {
  const path = file(content)
  expect(() => readBody(path, requests)).toThrow(refused('BODY_FILE_INVALID'))
  expect(() => readBody(path, requests)).not.toThrow('geheim')
})

test('a body that is too large, or not there, is not read', () => {
  for (const path of [file(Buffer.alloc(64 * 1024 + 1, 'a')), folder, join(folder, 'absent')])
    expect(() => readBody(path, 1)).toThrow(refused('BODY_FILE_UNREADABLE'))
})
