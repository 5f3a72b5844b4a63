import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { assertAnswers, readTarget, targetSubject } from './target.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench-target-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const URL_HERE = 'http://127.0.0.1:8080/me?x=1'
let files = 0
function file(text: string): string {
  const path = join(folder, String(++files))
  writeFileSync(path, text)
  return path
}

test.each([
  ['lines', 'one\r\n\n  two \n'],
  ['a JSON array', '\uFEFF["one", "two"]\n'],
])('credentials come from %s', (_what, text) => {
  expect(readTarget(URL_HERE, file(text))).toEqual({
    origin: 'http://127.0.0.1:8080',
    host: '127.0.0.1:8080',
    path: '/me?x=1',
    credentials: ['one', 'two'],
  })
})

test.each([
  ['not an address', 'TARGET_URL_INVALID'],
  ['https://127.0.0.1/', 'TARGET_URL_INVALID'],
  ['http://me:geheim@127.0.0.1/', 'TARGET_URL_INVALID'],
  ['http://example.test/', 'TARGET_NOT_LOCAL'],
  ['http://10.0.0.1/', 'TARGET_NOT_LOCAL'],
  ['http://127.0.0.1.example.test/', 'TARGET_NOT_LOCAL'],
])('%s is no target', (url, code) => {
  expect(() => readTarget(url, file('one'))).toThrow(expect.objectContaining({ code, exitCode: 2 }))
})

test.each([
  ['nothing', '\n', 'CREDENTIALS_FILE_INVALID'],
  ['broken JSON', '["geheim"', 'CREDENTIALS_FILE_INVALID'],
  ['numbers', '[1]', 'CREDENTIALS_FILE_INVALID'],
  ['a name that is given twice', '[{"geheim": 1, "geheim": 2}]', 'CREDENTIALS_FILE_INVALID'],
  ['the word Bearer', 'Bearer geheim\n', 'CREDENTIALS_FILE_INVALID'],
  ['what no header can carry', 'ok\ngeheim geheim', 'CREDENTIALS_FILE_INVALID'],
  ['what is too long', 'geheim'.repeat(2000), 'CREDENTIALS_FILE_INVALID'],
])('a file with %s is refused without telling what is in it', (_what, text, code) => {
  const error = /geheim/
  try {
    readTarget(URL_HERE, file(text))
    expect.unreachable()
  } catch (thrown) {
    expect(thrown).toMatchObject({ code, exitCode: 2 })
    expect(String(thrown)).not.toMatch(error)
  }
})

test('a file that is not there, and one that is not named', () => {
  const absent = join(folder, 'absent')
  expect(() => readTarget(URL_HERE, absent)).toThrow(
    expect.objectContaining({ code: 'CREDENTIALS_FILE_UNREADABLE' }),
  )
  expect(() => readTarget(URL_HERE, undefined)).toThrow(
    expect.objectContaining({ code: 'CREDENTIALS_FILE_MISSING' }),
  )
})

test('a target that is down or refuses is told before anything is measured', async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.headers.authorization === 'Bearer good' ? 200 : 403).end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const target = (credential: string) => readTarget(`http://127.0.0.1:${port}/me`, file(credential))
  await expect(assertAnswers(target('good'), 'bearer')).resolves.toBeUndefined()
  await expect(assertAnswers(target('bad'), 'bearer')).rejects.toMatchObject({
    code: 'TARGET_REFUSES',
    exitCode: 2,
    message: expect.stringContaining('403'),
  })
  const own = targetSubject(target('one\ntwo'))
  expect(await own.issue(['a', 'b', 'c'])).toEqual(['one', 'two', 'one'])
  if (process.platform === 'linux') {
    expect(own.pid).toBe(process.pid)
    // Its container may have a CPU quota of its own.
    expect(own.elsewhere).toEqual([process.pid])
  }
  await new Promise((resolve) => server.close(resolve))
  await expect(assertAnswers(target('good'), 'bearer')).rejects.toMatchObject({
    code: 'TARGET_UNREACHABLE',
    exitCode: 2,
  })
})
