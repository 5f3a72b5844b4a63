import { describe, expect, onTestFinished, test } from 'vitest'
import { newServerIdentity, type ServerIdentity } from '../worlds/tls/certificate.ts'
import { autocannonEngine } from './autocannon/engine.ts'
import { protectedRequest, sendRaw } from './http/probe.ts'
import { patient, steady, target } from './testing/paced-loads.ts'
import { rawServer, reply } from './testing/raw-server.ts'

const identity = newServerIdentity(new Date())
const { certificate } = identity

async function start(own: ServerIdentity = identity) {
  const server = await rawServer((socket) => socket.write(reply(200)), own)
  onTestFinished(server.close)
  return server
}

describe.each([
  { engine: autocannonEngine, window: { milliseconds: 40, arrivals: null } },
  { engine: patient, window: steady(20, 40) },
])('over TLS, $engine.id', ({ engine, window }) => {
  test('counts the requests and the bytes that the server read, without those of TLS', async () => {
    const server = await start()
    const load = await engine.open({ ...target(server.origin), certificate })
    onTestFinished(() => load.close())
    const before = { requests: server.heads.length, bytes: server.bytes() }
    const slice = await load.slice(window)
    expect(slice.requests).toBeGreaterThan(0)
    expect(slice.responses).toBe(server.heads.length - before.requests)
    expect(slice.requestBytes).toBe(server.bytes() - before.bytes)
    expect(slice).toMatchObject({ errors: 0, timeouts: 0, reconnects: 0 })
  })

  test('sends nothing to a server with another certificate', async () => {
    const server = await start(newServerIdentity(new Date()))
    await expect(engine.open({ ...target(server.origin), certificate })).rejects.toThrow(/certificate/)
    expect(server.heads).toEqual([])
  })
})

test('a probe weighs the same over TLS, and trusts no other certificate', async () => {
  const [server, other] = [await start(), await start(newServerIdentity(new Date()))]
  const request = protectedRequest('bearer', 'abc')
  const { status, requestBytes, headBytes } = await sendRaw({ origin: server.origin, certificate }, request)
  expect([status, requestBytes, headBytes]).toEqual([200, server.bytes(), reply(200).length - 2])
  await expect(sendRaw({ origin: other.origin, certificate }, request)).rejects.toMatchObject({
    code: 'PROBE_FAILED',
    message: expect.stringContaining('certificate'),
  })
  expect(other.heads).toEqual([])
})
