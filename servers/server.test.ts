import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { newServerIdentity } from '../bench/worlds/tls/certificate.ts'
import type { AuthStrategy } from './contract.ts'
import { buildApp } from './http/app.ts'
import { STRATEGIES } from './registry.ts'
import type { RunningServer, ServerOptions } from './server.ts'
import { startTestServer } from './testing/test-server.ts'

const servers: RunningServer[] = []

afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())))

async function start(strategy: AuthStrategy, changes: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startTestServer(strategy, changes)
  servers.push(server)
  return server
}

test('credentials come in the order of their subjects', async () => {
  const server = await start(STRATEGIES['session-memory'])
  const subjects = Array.from({ length: 100 }, (_, index) => `user-${index}`)
  const credentials = await server.issue(subjects)
  for (const index of [0, 50, 99]) {
    const headers = { authorization: `Bearer ${credentials[index]}` }
    const reply = await fetch(`http://127.0.0.1:${server.port}/me`, { headers })
    expect(await reply.json()).toMatchObject({ sub: subjects[index] })
  }
})

test('it tells of TLS by what listens, not by what it was asked', async () => {
  const tls = newServerIdentity(new Date())
  const servers = [
    await start(STRATEGIES.none),
    await start(STRATEGIES.none, { tls }),
    await start(STRATEGIES.none, {
      tls,
      app: (authenticator, { tls: _, ...plain }) => buildApp(authenticator, plain),
    }),
  ]
  expect(servers.map((server) => server.tls)).toEqual([false, true, false])
})

test('a strategy gets no store that it does not declare', async () => {
  const undeclared = { ...STRATEGIES['session-memory'], needs: [] }
  await expect(start(undeclared)).rejects.toMatchObject({ code: 'BACKEND_NOT_DECLARED' })
})

test('a strategy that needs Redis does not start without one', async () => {
  const strategy = STRATEGIES['session-redis']
  await expect(start(strategy)).rejects.toMatchObject({ code: 'REDIS_MISSING' })
  const redisUrl = 'redis://:geheim@127.0.0.1:1'
  await expect(start(strategy, { redisUrl })).rejects.toMatchObject({
    code: 'REDIS_UNREACHABLE',
    message: 'no usable Redis at 127.0.0.1:1',
  })
})

test('a port that is taken is not taken over', async () => {
  const { port } = await start(STRATEGIES.none)
  await expect(start(STRATEGIES.none, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('a server that cannot start closes its strategy', async () => {
  const { port } = await start(STRATEGIES.none)
  let closed = 0
  const strategy: AuthStrategy = {
    ...STRATEGIES.none,
    open: async () => ({
      issue: () => 'x',
      verify: () => null,
      revoke() {},
      close() {
        closed++
        throw new Error('second')
      },
    }),
  }
  await expect(start(strategy, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  expect(closed).toBe(1)
})

test('a stopped server gives its port back, and waits for no request that is not yet whole', async () => {
  const server = await start(STRATEGIES.none)
  const client = connect(server.port, '127.0.0.1')
  client.write('GET /health HTTP/1.1\r\nhost: x\r\n\r\nGET /health HTTP/1.1\r\n')
  await once(client, 'data')
  await server.close()
  client.destroy()
  const successor = createServer().listen(server.port, '127.0.0.1')
  await once(successor, 'listening')
  successor.close()
})
