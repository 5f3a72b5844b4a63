import { connect, createServer } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { type DelayProxy, startProxy } from './proxy.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function startWithOptions(signal = new AbortController().signal) {
  const server = createServer((socket) => socket.on('error', () => undefined).end('hello'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const options = {
    to: { host: '127.0.0.1', port: address.port },
    roundTripMs: 1,
    upBitsPerSecond: null,
    downBitsPerSecond: null,
  }
  const proxy = await startProxy(options, null, signal)
  closers.push(() => proxy.stop())
  return { proxy, options }
}
const start = async (signal?: AbortSignal): Promise<DelayProxy> => (await startWithOptions(signal)).proxy

const answerOf = ({ host, port }: DelayProxy) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect({ host, port })
    socket.on('error', reject)
    socket.on('data', (data) => resolve(String(data)))
  })

it('is a process between two others, whose CPU time and punctuality can be read', async () => {
  const proxy = await start()
  await proxy.check()
  const before = await proxy.readCpu()
  expect(await answerOf(proxy)).toBe('hello')
  expect(await proxy.check()).toMatchObject({ down: { loads: 1, bytes: 5 }, up: { loads: 0 } })
  expect(await proxy.check()).toMatchObject({ down: { loads: 0 } })
  const after = await proxy.readCpu()
  expect(after.mainUs).toBeGreaterThan(before.mainUs)
})

it('tells who asks that it died, with the cause', async () => {
  const dead = await start()
  process.kill(dead.pid, 'SIGKILL')
  await expect(dead.check()).rejects.toMatchObject({
    code: 'PROXY_LOST',
    message: 'the delay proxy died (SIGKILL)',
    exitCode: 3,
  })
  await expect(answerOf(dead)).rejects.toThrow()
})

it('ends with the run', async () => {
  const controller = new AbortController()
  const proxy = await start(controller.signal)
  controller.abort()
  await expect(proxy.check()).rejects.toMatchObject({ code: 'PROXY_LOST' })
})

it('goes on with another distance in the same process, and lets what is open on the port before end', async () => {
  const { proxy, options } = await startWithOptions()
  const further = await proxy.moved({ ...options, roundTripMs: 300 })
  expect(further.pid).toBe(proxy.pid)
  expect(further.port).not.toBe(proxy.port)
  const sentMs = performance.now()
  expect(await answerOf(further)).toBe('hello')
  expect(performance.now() - sentMs).toBeGreaterThan(250)
  expect(await answerOf(proxy)).toBe('hello')
  await further.moved(options)
  await expect(answerOf(proxy)).rejects.toThrow()
})
