import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { DEFAULT_TOKEN_PROFILE } from '../../servers/tokens/default-profile.ts'
import { autocannonEngine } from '../load/autocannon/engine.ts'
import type { LoadEngine, Window } from '../load/engine.ts'
import { pacedEngine } from '../load/paced/engine.ts'
import { target as loadTarget, steady } from '../load/testing/paced-loads.ts'
import { rawServer, reply } from '../load/testing/raw-server.ts'
import { newServerIdentity } from '../worlds/tls/certificate.ts'
import { describeInputs } from './inputs.ts'
import {
  assertAnswers,
  describeTarget,
  located,
  placed,
  readTarget,
  targetInfo,
  targetRequest,
  targetSubject,
} from './target.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench-target-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ENGINES: readonly (readonly [LoadEngine, Window])[] = [
  [autocannonEngine, { milliseconds: 40, arrivals: null }],
  [pacedEngine, steady(10, 40)],
]
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
  expect(readTarget(URL_HERE, { credentials: file(text) })).toEqual({
    origin: 'http://127.0.0.1:8080',
    host: '127.0.0.1:8080',
    read: { method: 'GET', path: '/me?x=1', headers: {} },
    credentials: ['one', 'two'],
  })
})

test.each([
  ['not an address', 'TARGET_URL_INVALID'],
  ['ftp://127.0.0.1/', 'TARGET_URL_INVALID'],
  ['http://me:geheim@127.0.0.1/', 'TARGET_URL_INVALID'],
])('%s is no target', (url, code) => {
  expect(() => readTarget(url, { credentials: file('one') })).toThrow(
    expect.objectContaining({ code, exitCode: 2 }),
  )
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
    readTarget(URL_HERE, { credentials: file(text) })
    expect.unreachable()
  } catch (thrown) {
    expect(thrown).toMatchObject({ code, exitCode: 2 })
    expect(String(thrown)).not.toMatch(error)
  }
})

test('a file that is not there, and one that is not named', () => {
  const absent = join(folder, 'absent')
  expect(() => readTarget(URL_HERE, { credentials: absent })).toThrow(
    expect.objectContaining({ code: 'CREDENTIALS_FILE_UNREADABLE' }),
  )
  expect(() => readTarget(URL_HERE, { credentials: undefined })).toThrow(
    expect.objectContaining({ code: 'CREDENTIALS_FILE_MISSING' }),
  )
})

test('a target that is down or refuses is told before anything is measured', async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.headers.authorization === 'Bearer good' ? 200 : 403).end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const target = (credential: string) =>
    readTarget(`http://127.0.0.1:${port}/me`, { credentials: file(credential) })
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

test.each(['127.0.0.1', 'localhost'])(
  'a target at %s speaks TLS, and is trusted by the file alone',
  async (host) => {
    const identity = newServerIdentity(new Date())
    const server = await rawServer((socket) => socket.write(reply(200)), identity)
    onTestFinished(server.close)
    const { port } = new URL(server.origin)
    const target = (certificate?: string) =>
      located(
        readTarget(`https://${host}:${port}/me`, {
          credentials: file('one'),
          ...(certificate === undefined ? {} : { ca: file(certificate) }),
        }),
      )
    const trusted = await target(identity.certificate)
    expect(trusted).toMatchObject({ origin: `https://127.0.0.1:${port}`, host: `${host}:${port}` })
    await expect(assertAnswers(trusted, 'bearer')).resolves.toBeUndefined()
    const subject = targetSubject(trusted)
    const to = { ...subject, connections: 2, expectStatus: 200, requests: loadTarget('').requests }
    for (const [engine, window] of ENGINES) {
      const load = await engine.open(to)
      expect(await load.slice(window)).toMatchObject({ errors: 0, timeouts: 0, reconnects: 0 })
      load.close()
    }
    const others = await target(newServerIdentity(new Date()).certificate)
    for (const stranger of [await target(), others])
      await expect(assertAnswers(stranger, 'bearer')).rejects.toMatchObject({
        code: 'TARGET_UNREACHABLE',
        next: expect.stringContaining('--ca FILE'),
        exitCode: 2,
      })
  },
)

test('a certificate is for a target over TLS, and is one', () => {
  const read = (url: string, ca: string) => () => readTarget(url, { credentials: file('one'), ca })
  const code = (wanted: string) => expect.objectContaining({ code: wanted, exitCode: 2 })
  expect(read(URL_HERE, file('x'))).toThrow(code('CA_FILE_UNUSED'))
  expect(read('https://127.0.0.1/', join(folder, 'absent'))).toThrow(code('CA_FILE_UNREADABLE'))
  for (const text of ['', 'geheim', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])
    expect(read('https://127.0.0.1/', file(text))).toThrow(code('CA_FILE_INVALID'))
})

test('what a request carries besides goes over the wire as it was given, after the credential', async () => {
  const server = await rawServer((socket) => socket.write(reply(200)))
  onTestFinished(server.close)
  const given = { credentials: file('one'), header: ['X-Tenant: a: b', `@${file('\nX-Key:geheim \r\n')}`] }
  const heads = async (options: object) => {
    await assertAnswers(readTarget(`${server.origin}/q`, { ...given, ...options }), 'bearer')
    return server.heads.at(-1)
  }
  const { host } = new URL(server.origin)
  const head = `HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\nauthorization: Bearer one\r\nX-Tenant: a: b\r\nX-Key: geheim\r\n`
  expect(await heads({})).toBe(`GET /q ${head}\r\n`)
  expect(await heads({ method: 'POST' })).toBe(`POST /q ${head}content-length: 0\r\n\r\n`)
  expect(await heads({ method: 'POST', body: file('{"a":1}\n') })).toBe(
    `POST /q ${head}Content-Length: 8\r\n\r\n{"a":1}\n`,
  )
})

test.each(ENGINES)('both engines send a body with every request: %o', async ({ open }, window) => {
  const server = await rawServer((socket) => socket.write(reply(200)))
  onTestFinished(server.close)
  const options = { credentials: file('one'), header: ['X-Key: k'], method: 'POST', body: file('{"a":1}') }
  const target = readTarget(`${server.origin}/q`, options)
  const requests = [targetRequest('bearer', 'one', target.read)]
  const load = await open({ origin: server.origin, connections: 1, expectStatus: 200, requests })
  const { responses } = await load.slice(window)
  load.close()
  expect(responses).toBeGreaterThan(0)
  expect(new Set(server.heads)).toEqual(new Set([server.heads[0]]))
  expect(server.heads[0]).toMatch(/^POST \/q .*\r\nX-Key: k\r\nContent-Length: 7\r\n\r\n\{"a":1\}$/s)
})

test('what was asked is described by names and sizes alone', () => {
  const options = {
    credentials: file('one'),
    header: ['X-Key: geheim'],
    method: 'POST',
    body: file('geheim'),
  }
  const target = readTarget('http://127.0.0.1:1/q', options)
  const described = describeTarget(target)
  expect(described).toEqual({
    address: '127.0.0.1:1',
    processes: [],
    method: 'POST',
    headers: ['X-Key'],
    bodyBytes: 6,
  })
  const told = JSON.stringify([
    described,
    targetInfo(target),
    describeInputs({ token: DEFAULT_TOKEN_PROFILE, files: new Map(), target }),
  ])
  expect(told).toContain('POST 127.0.0.1:1/q')
  expect(told).not.toContain('geheim')
})

test('a name is connected to where it led when it was looked up, and nowhere else', async () => {
  const server = await rawServer((socket) => socket.write(reply(200)))
  onTestFinished(server.close)
  const { port } = new URL(server.origin)
  let lookUps = 0
  const network = {
    async lookUp() {
      lookUps += 1
      return ['127.0.0.1']
    },
    own: () => [],
  }
  const read = readTarget(`http://api.test:${port}/me`, { credentials: file('one') })
  const target = await located(await placed(read, {}, network))
  await assertAnswers(target, 'bearer')
  expect(lookUps).toBe(1)
  expect(target).toMatchObject({ origin: server.origin, host: `api.test:${port}` })
  expect(server.heads[0]).toContain(`Host: api.test:${port}\r\n`)
})

test('of a target elsewhere no process of this machine is counted, not even who listens on its port', async () => {
  const server = await rawServer((socket) => socket.write(reply(200)))
  onTestFinished(server.close)
  const read = readTarget(`${server.origin}/me`, { credentials: file('one') })
  const place = { addresses: ['127.0.0.1'], remote: { host: 'api.test', maxRate: 50 } }
  const subject = targetSubject({ ...read, place })
  expect(subject).toMatchObject({ pid: null, elsewhere: [] })
  expect(await subject.readCpu()).toBeNull()
  expect(describeTarget({ ...read, place })).toMatchObject({ processes: [], remote: place.remote })
})
