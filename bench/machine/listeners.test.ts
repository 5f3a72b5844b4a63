import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { listenersOn } from './listeners.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

async function listen(host: string, port = 0, ipv6Only = false): Promise<number> {
  const server = createServer().listen({ host, port, ipv6Only, reusePort: true })
  await once(server, 'listening')
  cleanUps.push(() => new Promise((resolve) => server.close(resolve)))
  return (server.address() as AddressInfo).port
}

/** Another process that listens on the same port of another address. */
async function neighbour(host: string, port: number, ipv6Only = false): Promise<number> {
  const program = `require('net').createServer().listen({ host: '${host}', port: ${port}, ipv6Only: ${ipv6Only}, reusePort: true }, () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  cleanUps.push(() => child.kill('SIGKILL'))
  const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  expect(String(said)).toContain('up')
  return child.pid ?? -1
}

const shown = process.platform === 'linux'
const own = [process.pid]

test.runIf(shown).each([
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.2', '127.0.0.2'],
  ['::1', '::1'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '127.0.0.1'],
  ['::', '::1'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['127.0.0.1', '::ffff:127.0.0.1'],
])('who listens on %s serves connections to %s', async (host, to) => {
  const port = await listen(host)
  expect(listenersOn({ host: to, port })).toEqual(own)
})

test.runIf(shown).each([
  ['127.0.0.1', '::1', false],
  ['127.0.0.1', '127.0.0.2', false],
  ['127.0.0.2', '0.0.0.0', false],
  ['::1', '127.0.0.1', false],
  ['::1', '::', true],
  ['0.0.0.0', '::', true],
])('of %s, a neighbour on %s with the same port is not counted', async (host, other, ipv6Only) => {
  const port = await listen(host)
  const pid = await neighbour(other, port, ipv6Only)
  expect(listenersOn({ host: host === '0.0.0.0' ? '127.0.0.1' : host, port })).toEqual(own)
  expect(listenersOn({ host: other === '0.0.0.0' ? '127.0.0.9' : other, port })).toEqual([pid])
})

test.runIf(shown)('nobody is found where nobody listens', async () => {
  const port = await listen('127.0.0.1')
  for (const host of ['127.0.0.2', '::1']) expect(listenersOn({ host, port })).toEqual([])
})

test.runIf(shown)('all who share the address are counted', async () => {
  const port = await listen('127.0.0.1')
  const pid = await neighbour('127.0.0.1', port)
  expect(listenersOn({ host: '127.0.0.1', port }).toSorted()).toEqual([process.pid, pid].toSorted())
})
