import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Balance } from '../../../src/experiments/scale-out/observation.ts'
import type { Balancer } from './balancer.ts'
import { startOwnBalancer } from './own-balancer.ts'
import { type Crowd, crowdAt } from './users.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Answers logins, and lets in whoever logged in here. */
async function startInstance(): Promise<Server> {
  const known = new Set<string>()
  const server = createServer((request, reply) => {
    request.resume()
    if (request.url === '/login') {
      const token = `token-${known.size}-${Math.floor((server.address() as AddressInfo).port)}`
      known.add(`Bearer ${token}`)
      reply.end(JSON.stringify({ access_token: token }))
    } else reply.writeHead(known.has(request.headers.authorization ?? '') ? 200 : 401).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return server
}

async function twoBehind(
  balance: Balance,
): Promise<{ balancer: Balancer; crowd: Crowd; servers: readonly Server[] }> {
  const balancer = await startOwnBalancer({ balance, slots: 2 })
  closers.push(() => balancer.stop())
  const servers = [await startInstance(), await startInstance()]
  for (const [slot, server] of servers.entries()) {
    const { port } = server.address() as AddressInfo
    await balancer.enter(slot, { host: '127.0.0.1', port })
  }
  const crowd = crowdAt(balancer.origin, 1)
  closers.push(() => crowd.close())
  return { balancer, crowd, servers }
}

const statuses = async (crowd: Crowd, count: number) => {
  const user = await crowd.login()
  const seen: number[] = []
  for (let read = 0; read < count; read += 1) seen.push(await crowd.read(user))
  return seen
}

test.each(['round robin', 'least connections'] as const)('%s takes one after the other', async (balance) => {
  const { balancer, crowd } = await twoBehind(balance)
  expect(await statuses(crowd, 4)).toEqual([401, 200, 401, 200])
  expect(await balancer.requests()).toEqual([3, 2])
})

test('a cookie leads users back to the instance that they came to first', async () => {
  const { crowd } = await twoBehind('sticky cookie')
  expect(await statuses(crowd, 4)).toEqual([200, 200, 200, 200])
  expect(await statuses(crowd, 4)).toEqual([200, 200, 200, 200])
})

test('an instance that is drained keeps its users and gets no others; one that left keeps none', async () => {
  const { balancer, crowd } = await twoBehind('sticky cookie')
  const user = await crowd.login()
  await balancer.drain(0)
  expect(await crowd.read(user)).toBe(200)
  await crowd.login()
  await crowd.login()
  expect(await balancer.requests()).toEqual([2, 2])
  await balancer.leave(0)
  expect(await crowd.read(user)).toBe(401)
})

test('what a dead instance cannot take goes to the other', async () => {
  const { crowd, servers } = await twoBehind('round robin')
  servers[0]?.close()
  servers[0]?.closeAllConnections()
  expect(await statuses(crowd, 3)).toEqual([200, 200, 200])
})
