import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type EngineRequest, type EngineTarget, OWN } from '../engine.ts'
import { requestText } from '../http/probe.ts'
import { pacedEngine } from '../paced/engine.ts'
import { rawServer } from '../testing/raw-server.ts'
import { autocannonEngine } from './engine.ts'

const CONNECTIONS = 3

const login = (subject: string): EngineRequest => ({
  method: 'POST',
  path: '/login',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ subject }),
  cohort: 'login',
  keeps: true,
})
const own = { authorization: `Bearer ${OWN}` }
const read: EngineRequest = { method: 'GET', path: '/me', headers: own, cohort: 'read', sends: 'credential' }
const logout: EngineRequest = {
  method: 'POST',
  path: '/logout',
  headers: own,
  cohort: 'logout',
  sends: 'credential',
  expectStatus: 204,
}
const refresh: EngineRequest = {
  method: 'POST',
  path: '/refresh',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ refresh_token: OWN }),
  cohort: 'refresh',
  keeps: true,
  sends: 'refresh token',
}

/** Every connection walks the same steps. */
const target = (
  origin: string,
  steps: readonly EngineRequest[],
  opening: EngineRequest | null = null,
): EngineTarget => ({
  origin,
  connections: CONNECTIONS,
  expectStatus: 200,
  requests: steps.flatMap((step) => Array.from({ length: CONNECTIONS }, () => step)),
  ...(opening === null ? {} : { opening: Array.from({ length: CONNECTIONS }, () => opening) }),
})

const answer = (status: number, body = '') =>
  `HTTP/1.1 ${status} X\r\ncontent-length: ${body.length}\r\nconnection: keep-alive\r\n\r\n${body}`

interface Session {
  readonly credential: string
  readonly refreshToken: string
}

describe('flows of autocannon', () => {
  const cleanups: (() => void | Promise<void>)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  /** Every token is good once it was given and until another one is given on the same connection; `"` is part of each. */
  async function authServer(fails: (path: string, requestNumber: number) => boolean = () => false) {
    const sessions = new Map<Socket, Session>()
    const paths = new Map<Socket, string[]>()
    let given = 0
    const grant = (socket: Socket) => {
      given += 1
      const session = { credential: `credential"${given}`, refreshToken: `refresh"$&${given}` }
      sessions.set(socket, session)
      const tokens = { access_token: session.credential, refresh_token: session.refreshToken }
      return answer(200, JSON.stringify(tokens))
    }
    const server = await rawServer((socket, number, request) => {
      const path = request.split(' ')[1] ?? ''
      paths.set(socket, [...(paths.get(socket) ?? []), path])
      const session = sessions.get(socket)
      const presented = /authorization: Bearer (.*)\r\n/.exec(request)?.[1]
      const body = request.slice(request.indexOf('\r\n\r\n') + 4)
      if (fails(path, number)) socket.write(answer(500))
      else if (path === '/login') socket.write(grant(socket))
      else if (path === '/refresh' && JSON.parse(body).refresh_token === session?.refreshToken)
        socket.write(grant(socket))
      else if (path !== '/refresh' && presented === session?.credential)
        socket.write(answer(path === '/logout' ? 204 : 200))
      else socket.write(answer(401))
    })
    cleanups.push(server.close)
    return { ...server, walks: () => [...paths.values()] }
  }

  /** Some windows, long enough for two walks on each connection, with what the server saw in each. */
  async function windows(server: Awaited<ReturnType<typeof authServer>>, to: EngineTarget, count = 2) {
    const load = await autocannonEngine.open(to)
    cleanups.push(() => load.close())
    const seen = []
    for (let milliseconds = 25; seen.length < count; ) {
      const before = { requests: server.heads.length, bytes: server.bytes() }
      const slice = await load.slice({ milliseconds, arrivals: null })
      if (slice.responses <= 2 * to.requests.length) milliseconds *= 2
      else {
        seen.push({
          slice,
          requests: server.heads.slice(before.requests),
          bytes: server.bytes() - before.bytes,
        })
      }
    }
    return seen
  }

  it('sends the token that the connection itself was given last', async () => {
    const server = await authServer()
    const steps = [login('user-1'), read, refresh, read, read, logout]
    for (const { slice, requests, bytes } of await windows(server, target(server.origin, steps))) {
      expect(slice).toMatchObject({ errors: 0, timeouts: 0, reconnects: 0 })
      expect(slice.requests).toBe(slice.responses)
      expect(slice.responses).toBe(requests.length)
      expect(slice.requestBytes).toBe(bytes)
      expect(slice.statuses[204]).toBe(slice.cohorts.logout?.requests)
      const ofCohorts = Object.values(slice.cohorts).reduce((sum, cohort) => sum + cohort.responses, 0)
      expect(ofCohorts).toBe(slice.responses)
    }
    const circle = ['/login', '/me', '/refresh', '/me', '/me', '/logout']
    for (const walk of server.walks()) {
      expect(walk.length).toBeGreaterThan(2 * circle.length)
      expect(walk).toEqual(walk.map((_, index) => circle[index % circle.length]))
    }
  })

  it('writes a body as a probe does', async () => {
    const server = await authServer()
    await windows(server, target(server.origin, [login('user-ä')]), 1)
    const { host } = new URL(server.origin)
    const text = Buffer.from(requestText(login('user-ä'), host)).toString('latin1')
    expect(new Set(server.heads)).toEqual(new Set([text]))
  })

  it('opens a connection with a request that is neither measured nor repeated', async () => {
    const server = await authServer()
    const seen = await windows(server, target(server.origin, [refresh, read], login('user-1')))
    for (const { slice, requests } of seen) {
      expect(slice.cohorts).not.toHaveProperty('login')
      expect(slice.responses).toBe(requests.length)
      expect(slice.requests).toBe(slice.responses)
    }
    for (const [opening, ...walk] of server.walks()) {
      expect(opening).toBe('/login')
      expect(walk).toEqual(walk.map((_, index) => (index % 2 === 0 ? '/refresh' : '/me')))
    }
  })

  it('opens with the first request of a circle of one', async () => {
    const server = await authServer()
    const seen = await windows(server, target(server.origin, [refresh], login('user-1')))
    for (const { slice } of seen) {
      expect(slice.responses).toBeGreaterThan(CONNECTIONS)
      expect(slice.cohorts.refresh?.requests).toBe(slice.responses)
    }
  })

  it('does not end a window between a request that leads and the next one', async () => {
    const server = await authServer()
    const pair = [{ ...login('user-1'), leads: true as const }, logout]
    for (const { slice, requests } of await windows(server, target(server.origin, pair), 5)) {
      expect(requests.slice(0, CONNECTIONS).every((text) => text.startsWith('POST /login'))).toBe(true)
      expect(slice.cohorts.login?.requests).toBe(slice.cohorts.logout?.requests)
      expect(slice.responses).toBe(requests.length)
    }
  })

  it('ends with wrong statuses, and without the session before, where a login fails', async () => {
    const server = await authServer((path, number) => path === '/login' && number > CONNECTIONS)
    const [, last] = await windows(server, target(server.origin, [login('user-1'), read]))
    expect(last?.slice).toMatchObject({ requests: 0, errors: 0, timeouts: 0 })
    const { 401: refused, 500: failed } = last?.slice.statuses ?? {}
    expect(refused).toBeGreaterThan(0)
    expect((refused ?? 0) + (failed ?? 0)).toBe(last?.slice.responses)
    expect(last?.requests.some((text) => text.includes('Bearer \r\n'))).toBe(true)
  })

  it('opens and goes on where the opening fails', async () => {
    const server = await authServer((path) => path === '/login')
    const [first] = await windows(server, target(server.origin, [refresh, read], login('user-1')), 1)
    expect(first?.slice.requests).toBe(0)
    expect(first?.slice.statuses[401]).toBe(first?.slice.responses)
  })

  it('is refused by the paced engine, which does not read answers', async () => {
    const refused = expect.objectContaining({ code: 'FLOWS_NOT_SUPPORTED' })
    for (const to of [
      target('http://127.0.0.1:9', [login('user-1')]),
      target('http://127.0.0.1:9', [read]),
    ]) {
      await expect(pacedEngine.open(to)).rejects.toEqual(refused)
    }
  })
})
