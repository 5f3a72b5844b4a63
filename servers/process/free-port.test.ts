import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { freePort, onFreePort } from './free-port.ts'

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

it.runIf(process.platform === 'linux')('is none that an outgoing connection may get', async () => {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
  const [first = 0] = range.split(/\s+/).map(Number)
  for (const random of [() => 0, () => 0.999_999]) expect(await freePort(random)).toBeLessThan(first)
})

it('is free: a port that somebody has is passed over', async () => {
  const fixed = () => 0.5
  const port = await freePort(fixed)
  const server = createServer().listen(port, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const numbers = [0.5, 0.5, 0.25]
  expect(await freePort(() => numbers.shift() ?? 0)).not.toBe(port)
  expect(numbers).toEqual([])
})

it('starts a program anew where somebody was faster, and only then', async () => {
  const taken = await takenPort()
  const ports = [taken, taken, 0]
  const listening = (port: number) =>
    new Promise<number>((resolve, reject) => {
      const server = createServer().listen(port, '127.0.0.1', () => resolve(port))
      server.once('error', reject)
      onTestFinished(() => void server.close())
    })
  expect(await onFreePort(listening, async () => ports.shift() ?? -1)).toBe(0)
  expect(ports).toEqual([])

  let starts = 0
  const broken = async () => {
    starts++
    throw new Error('no such file')
  }
  await expect(onFreePort(broken)).rejects.toThrow('no such file')
  expect(starts).toBe(1)
})

it('gives up where every port is taken', async () => {
  let starts = 0
  const start = async () => {
    starts++
    throw new Error('bind: Address already in use')
  }
  await expect(onFreePort(start)).rejects.toThrow('already in use')
  expect(starts).toBe(5)
})
