import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Relay, type RelayOptions, startRelay } from './relay.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A target that hands out the connections which it gets. */
async function startTarget() {
  const sockets: Socket[] = []
  const waiting: ((socket: Socket) => void)[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    closers.push(() => socket.destroy())
    const next = waiting.shift()
    if (next === undefined) sockets.push(socket)
    else next(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    accept: () => {
      const socket = sockets.shift()
      return socket === undefined
        ? new Promise<Socket>((resolve) => waiting.push(resolve))
        : Promise.resolve(socket)
    },
  }
}

async function startPair(options: Partial<RelayOptions> = {}) {
  const target = await startTarget()
  const relay = await startRelay({
    to: { host: '127.0.0.1', port: target.port },
    roundTripMs: 2,
    upBitsPerSecond: null,
    downBitsPerSecond: null,
    ...options,
  })
  closers.push(() => relay.close())
  return { target, relay, ...(await pairThrough(relay, target)) }
}

async function pairThrough(relay: Relay, target: Awaited<ReturnType<typeof startTarget>>) {
  const client = connect({ port: relay.port, host: '127.0.0.1', allowHalfOpen: true })
  client.on('error', () => undefined)
  closers.push(() => client.destroy())
  return { client, server: await target.accept() }
}

async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: string | Buffer) => chunks.push(Buffer.from(chunk)))
  await once(socket, 'end')
  return Buffer.concat(chunks)
}

/** Whether it broke. */
const closed = (socket: Socket): Promise<boolean> => new Promise((resolve) => socket.once('close', resolve))

/** Whether it has room again before it is given up. */
const drained = (socket: Socket): Promise<boolean> =>
  once(socket, 'drain', { signal: AbortSignal.timeout(300) }).then(
    () => true,
    () => false,
  )

const pattern = (length: number, seed: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) + seed) % 251))

describe('bytes', () => {
  it.each([
    ['without a rate', {}],
    ['at a rate', { upBitsPerSecond: 200e6, downBitsPerSecond: 100e6 }],
  ])('arrive in order and whole, both ways at once, on several connections, %s', async (_, rates) => {
    const { target, relay, ...first } = await startPair(rates)
    const pairs = [first, await pairThrough(relay, target), await pairThrough(relay, target)]
    const results = pairs.map(async ({ client, server }, index) => {
      const [up, down] = [pattern(700_000, index), pattern(500_000, index + 100)]
      client.end(up)
      server.end(down)
      const [atServer, atClient] = await Promise.all([readAll(server), readAll(client)])
      return atServer.equals(up) && atClient.equals(down)
    })
    expect(await Promise.all(results)).toEqual([true, true, true])
    const { up, down } = relay.seen()
    expect([up.bytes, down.bytes]).toEqual([3 * 700_000, 3 * 500_000])
    expect(relay.seen().up.bytes).toBe(0)
  })
})

describe('a connection', () => {
  it('that one side ends is still open for the other', async () => {
    const { client, server } = await startPair()
    client.end('question')
    expect(String(await readAll(server))).toBe('question')
    server.write('answer ')
    server.end('after the end')
    expect(String(await readAll(client))).toBe('answer after the end')
  })

  it('that breaks on one side breaks on the other, behind its bytes', async () => {
    const { client, server } = await startPair()
    const broken = closed(server)
    const [data] = await Promise.all([once(server, 'data'), client.write('before')])
    expect(String(data[0])).toBe('before')
    client.resetAndDestroy()
    expect(await broken).toBe(true)
  })

  it('to a target that refuses breaks', async () => {
    const { target, relay } = await startPair()
    const refused = await startRelay({
      to: { host: '127.0.0.1', port: 1 },
      roundTripMs: 0,
      upBitsPerSecond: null,
      downBitsPerSecond: null,
    })
    closers.push(() => refused.close())
    const client = connect({ port: refused.port, host: '127.0.0.1' })
    client.on('error', () => undefined)
    expect(await closed(client)).toBe(true)
    // The others are none the worse.
    expect((await pairThrough(relay, target)).server.destroyed).toBe(false)
  })

  it('whose reader has stopped stops the writer, and goes on with the reader', async () => {
    const { client, server } = await startPair({ upBitsPerSecond: 1e9 })
    const block = Buffer.alloc(1_000_000)
    // More than the proxy and the kernel hold.
    let written = 0
    while (written < 100 && (client.write(block) || (await drained(client)))) written += 1
    expect(written).toBeLessThan(100)
    client.end()
    expect((await readAll(server)).length).toBe((written + 1) * block.length)
  })
})
