import { connect, createServer } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { type DelayProxy, startProxy } from './proxy.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(signal = new AbortController().signal): Promise<DelayProxy> {
  const server = createServer((socket) => socket.on('error', () => undefined).end('hello'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const proxy = await startProxy(
    {
      to: { host: '127.0.0.1', port: address.port },
      roundTripMs: 1,
      upBitsPerSecond: null,
      downBitsPerSecond: null,
    },
    null,
    signal,
  )
  closers.push(() => proxy.stop())
  return proxy
}

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
