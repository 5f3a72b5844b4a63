import { describe, expect, it, onTestFinished } from 'vitest'
import { buildApp } from '../../servers/http/app.ts'
import { autocannonEngine } from './autocannon/engine.ts'
import { type EngineRequest, type EngineTarget, type LoadEngine, OWN, type Window } from './engine.ts'
import { protectedRequest, requestText } from './http/probe.ts'
import { newResponseParser } from './http/response-parser.ts'
import { renewalOf } from './renewal.ts'
import { open, patient, start, steady } from './testing/paced-loads.ts'
import { reply } from './testing/raw-server.ts'

type Transport = 'bearer' | 'cookie'

const headersOf = (transport: Transport, credential: string): Record<string, string> =>
  transport === 'bearer' ? { authorization: `Bearer ${credential}` } : { cookie: `__Host-id=${credential}` }

const fieldOf = (transport: Transport, credential: string) =>
  transport === 'bearer'
    ? `Set-Auth-Token: ${credential}\r\n`
    : `Set-Cookie: seen=1; Path=/\r\nset-cookie: __Host-id=${credential}; Path=/; HttpOnly\r\n`

const credentialIn = (head: string) => /(?:Bearer |__Host-id=)(\S*)\r\n/.exec(head)?.[1] ?? ''

const requestOf = (transport: Transport, credential: string): EngineRequest => ({
  method: 'GET',
  path: '/me',
  headers: headersOf(transport, credential),
})

const targetOf = (origin: string, connections: number, requests: readonly EngineRequest[]): EngineTarget => ({
  origin,
  connections,
  expectStatus: 200,
  requests,
})

const closed: Window = { milliseconds: 25, arrivals: null }
const engines: readonly (readonly [string, LoadEngine, Window])[] = [
  ['autocannon', autocannonEngine, closed],
  ['paced', patient, steady(60, 30)],
]
const cases = engines.flatMap((engine) =>
  (['bearer', 'cookie'] as const).map((transport) => [...engine, transport] as const),
)

describe.each(cases)('%s, %s', (_, engine, window, transport) => {
  it('sends what it was given last, for the credential that it was given for', async () => {
    const uses = new Map<string, number>()
    // Good for two requests, the second of which is answered with the next one.
    const server = await start((socket, _number, head) => {
      const presented = credentialIn(head)
      const [name = ''] = presented.split('.')
      const before = uses.get(name) ?? 0
      uses.set(name, before + 1)
      const next = `connection: keep-alive\r\n${fieldOf(transport, `${name}.${(before + 1) / 2}`)}`
      if (presented !== (before < 2 ? name : `${name}.${Math.floor(before / 2)}`)) socket.write(reply(401))
      else socket.write(before % 2 === 0 ? reply(200) : reply(200, next))
    })
    const requests = ['a', 'b', 'c', 'd', 'e'].map((name) => requestOf(transport, name))
    const load = await open(targetOf(server.origin, 2, requests), engine)
    // As often as it takes: in one window a busy machine gets next to nothing done.
    const isEnough = () => uses.size === requests.length && Math.min(...uses.values()) > 4
    for (let windows = 0; windows < 2 || !isEnough(); windows++) {
      const before = { heads: server.heads.length, bytes: server.bytes() }
      const slice = await load.slice(window)
      expect(slice.statuses).toEqual({ 200: server.heads.length - before.heads })
      expect(slice.requestBytes).toBe(server.bytes() - before.bytes)
      expect(slice).toMatchObject({ errors: 0, timeouts: 0, reconnects: 0 })
    }
    const last = server.heads.at(-1) ?? ''
    expect(last).toBe(requestText(requestOf(transport, credentialIn(last)), new URL(server.origin).host))
  })

  it('has one credential on several connections, as a browser does', async () => {
    const server = await start((socket, number) =>
      socket.write(reply(200, `connection: keep-alive\r\n${number === 3 ? fieldOf(transport, 'new') : ''}`)),
    )
    const request = requestOf(transport, 'old')
    const load = await open(targetOf(server.origin, 2, [request, request]), engine)
    while (server.heads.length <= 8) await load.slice(window)
    const presented = server.heads.map(credentialIn)
    // Two to open, one that is renewed, and one that may be on its way meanwhile.
    expect(presented.lastIndexOf('old')).toBeLessThan(4)
  })

  it('goes on with what our servers renew', async () => {
    const good = new Map<string, number>()
    let renewals = 0
    const app = await buildApp(
      {
        issue: () => '',
        verify(credential = '') {
          const [sub = '', generation] = credential.split('+/')
          if (Number(generation) !== (good.get(sub) ?? 0)) return null
          renewals += 1
          good.set(sub, renewals)
          return { sub, claims: {}, renewed: `${sub}+/${renewals}` }
        },
        revoke() {},
        close() {},
      },
      { transport, ttlSeconds: 60 },
    )
    onTestFinished(() => app.close())
    const origin = await app.listen({ host: '127.0.0.1', port: 0 })
    const requests = ['a', 'b', 'c'].map((sub) => protectedRequest(transport, `${sub}+/0`))
    const load = await open(targetOf(origin, 2, requests), engine)
    for (let answered = 0; answered <= 6; ) {
      const { statuses, responses } = await load.slice(window)
      expect(statuses).toEqual({ 200: responses })
      answered += responses
    }
  })

  it('is not let in by an answer that refuses it', async () => {
    const server = await start((socket) =>
      socket.write(reply(401, `connection: keep-alive\r\n${fieldOf(transport, 'anonymous')}`)),
    )
    const load = await open(targetOf(server.origin, 1, [requestOf(transport, 'forged')]), engine)
    await load.slice(window)
    expect(new Set(server.heads.map(credentialIn))).toEqual(new Set(['forged']))
  })
})

it('an own token of a connection is renewed too', async () => {
  const server = await start((socket, number, request) => {
    if (request.startsWith('POST')) socket.write(tokens(`first-${number}`))
    else socket.write(reply(200, `connection: keep-alive\r\nset-auth-token: ${number}\r\n`))
  })
  const login: EngineRequest = { method: 'POST', path: '/login', headers: {}, keeps: true }
  const read: EngineRequest = { ...requestOf('bearer', OWN), sends: 'credential' }
  const load = await open(targetOf(server.origin, 1, [login, read, { ...read }]), autocannonEngine)
  while (server.heads.length < 6) await load.slice(closed)
  expect(server.heads.slice(0, 6).map(credentialIn)).toEqual(['', 'first-1', '2', '', 'first-4', '5'])
})

const tokens = (credential: string) => {
  const body = JSON.stringify({ access_token: credential })
  return `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: keep-alive\r\n\r\n${body}`
}

describe('what an answer renews', () => {
  const post = { method: 'POST', path: '/read', body: '{"name":"ä"}' } as const
  const sent = (transport: Transport, credential: string) =>
    Buffer.from(requestText({ ...post, headers: headersOf(transport, credential) }, 'host'))

  it.each([
    ['bearer', 200, ['new'], 'new'],
    ['bearer', 204, [' new '], 'new'],
    ['bearer', 401, ['new'], null],
    ['bearer', 302, ['new'], null],
    ['bearer', 200, ['a/b+c='], null],
    ['bearer', 200, [''], null],
    ['bearer', 200, ['new one'], null],
    ['bearer', 200, ['n\u00e9w'], null],
    ['cookie', 200, ['__Host-id=new'], 'new'],
    ['cookie', 200, ['__Host-id = new ; Path=/'], 'new'],
    ['cookie', 200, ['__Host-id=one', 'other=x', '__Host-id=two'], 'two'],
    ['cookie', 200, ['__Host-id=a/b+c=; Secure'], null],
    ['cookie', 200, ['__Host-id=a%2Fb%2Bc%3D; Secure'], null],
    ['cookie', 200, ['__Host-id=%E0%A4'], '%E0%A4'],
    ['cookie', 200, ['__Host-id=; Max-Age=0'], null],
    ['cookie', 200, ['__Host-id=deleted; Path=/; max-age=0'], null],
    ['cookie', 200, ['__Host-id=deleted; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], null],
    ['cookie', 200, ['__Host-id=new; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60'], 'new'],
    ['cookie', 200, ['__Host-identity=new', '__Host-idx', 'id=new', '=new', ''], null],
  ] as const)('%s, %i %j: %s', (transport, status, values, credential) => {
    const renewal = renewalOf(sent(transport, 'a/b+c='), status, values)
    expect(renewal?.credential ?? null).toBe(credential)
    if (credential !== null) expect(renewal?.bytes).toEqual(sent(transport, credential))
  })

  it('is nothing for a request without a credential', () => {
    const bare = Buffer.from(requestText({ ...post, headers: { accept: '*/*' } }, 'host'))
    expect(renewalOf(bare, 200, ['new'])).toBeNull()
  })

  it.each([
    ['whole', (text: string) => [text]],
    ['byte by byte', (text: string) => [...text]],
  ])('is found in a head that comes %s', (_, cut) => {
    const text = 'HTTP/1.1 204 X\r\nSet-Cookie: a=1\r\nset-cookies: x\r\nset-cookie:b=2; Path=/ \r\n\r\n'
    for (const [wanted, found] of [
      ['set-cookie', ['a=1', 'b=2; Path=/']],
      ['set-auth-token', []],
      [null, []],
    ] as const) {
      const parser = newResponseParser(wanted)
      for (const part of cut(text)) parser.read(Buffer.from(part), 0, part.length)
      expect(parser.head?.renewals).toEqual(found)
    }
  })
})
