import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { autocannonEngine } from './autocannon/engine.ts'
import type { EngineSlice, EngineTarget, LoadEngine, OpenLoad, Window } from './engine.ts'
import { pacedEngine } from './paced/engine.ts'
import { steady, target } from './testing/paced-loads.ts'
import { rawServer, reply } from './testing/raw-server.ts'

const MOST_WINDOWS = 50

type Answer = (socket: Socket, requestNumber: number, request: string) => void

const sends =
  (...parts: readonly string[]): Answer =>
  (socket) => {
    for (const part of parts) socket.write(part, 'latin1')
  }
const ends =
  (text: string): Answer =>
  (socket) =>
    socket.end(text)

/** In as many pieces as there are bytes, each in a turn of its own. */
const dribbles: Answer = async (socket) => {
  for (const byte of reply(200)) {
    socket.write(byte)
    await turn()
  }
}

const every =
  (count: number, strange: Answer): Answer =>
  (socket, number) =>
    number > 4 && number % count === 0 ? strange(socket, number, '') : sends(reply(200))(socket, number, '')

const ENGINES: readonly (readonly [string, LoadEngine, Window])[] = [
  ['autocannon', autocannonEngine, { milliseconds: 60, arrivals: null }],
  ['paced', pacedEngine, steady(20, 60)],
]

/** On a busy machine a window may hold fewer requests than it takes for a strange answer. */
async function windowsUntil(
  load: OpenLoad,
  window: Window,
  isSeen: (slice: EngineSlice) => boolean,
): Promise<EngineSlice> {
  for (let count = 1; ; count += 1) {
    const slice = await load.slice(window)
    if (isSeen(slice) || count === MOST_WINDOWS) return slice
  }
}

describe.each(ENGINES)('%s', (_id, engine, window) => {
  const cleanUps: (() => void | Promise<void>)[] = []
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
  })
  const start = async (answer: Answer) => {
    const server = await rawServer(answer)
    cleanUps.push(server.close)
    return server
  }
  const open = async (to: EngineTarget): Promise<OpenLoad> => {
    const load = await engine.open(to)
    cleanUps.push(() => load.close())
    return load
  }

  it.each<[string, Answer, number]>([
    ['103 Early Hints before it', sends('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', reply(200)), 200],
    [
      '100 and 102 before it, in one piece',
      sends(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${reply(200)}`),
      200,
    ],
    ['HTTP/1.0 and the end of the connection', ends('HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'), 200],
    [
      'HTTP/1.0 that keeps the connection',
      sends('HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok'),
      200,
    ],
    ['a body that ends with the connection', ends('HTTP/1.1 200 OK\r\n\r\na body without a length'), 200],
    ['a closing head', ends(reply(200, 'connection: close\r\n')), 200],
    [
      'chunks with extensions and trailers',
      sends('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n', '0\r\nx: y\r\n\r\n'),
      200,
    ],
    ['204 and no body', sends('HTTP/1.1 204 No Content\r\n\r\n'), 204],
    [
      '304 with the length of what it does not send',
      sends('HTTP/1.1 304 Not Modified\r\ncontent-length: 50\r\n\r\n'),
      304,
    ],
    ['a byte at a time', dribbles, 200],
    [
      'a body that is compressed',
      sends('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00'),
      200,
    ],
    [
      'a head of 60 kB',
      sends(`HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx: ${'y'.repeat(60_000)}\r\n\r\n`),
      200,
    ],
  ])('counts right answers with %s', async (_what, answer, expectStatus) => {
    const server = await start(answer)
    const load = await open({ ...target(server.origin), expectStatus })
    for (let count = 0; count < 2; count++) {
      await load.refresh(false)
      const before = server.heads.length
      const slice = await load.slice(window)
      expect(slice).toMatchObject({ errors: 0, timeouts: 0, unasked: 0 })
      expect(slice.requests).toBeGreaterThan(0)
      expect(slice.responses).toBe(slice.requests)
      expect(slice.responses).toBe(server.heads.length - before)
    }
  })

  it.each<[string, Answer]>([
    ['twice', sends(reply(200) + reply(200))],
    ['with more than it announced', sends('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nok')],
    ['twice, in two pieces', sends(reply(200), reply(200))],
  ])('tells answers %s as unasked, and ends', async (_what, strange) => {
    const server = await start(every(10, strange))
    const load = await open(target(server.origin))
    const unasked = (slice: EngineSlice) => slice.unasked + slice.errors
    expect(unasked(await windowsUntil(load, window, (slice) => unasked(slice) > 0))).toBeGreaterThan(0)
  })

  it('tells an answer on a connection that rests as unasked, and goes on', async () => {
    const sockets = new Set<Socket>()
    const server = await start((socket) => {
      sockets.add(socket)
      socket.write(reply(200))
    })
    const load = await open(target(server.origin))
    const [first] = sockets
    first?.end('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
    // The paced engine opens another one by itself.
    if (engine.model === 'open') await expect.poll(() => server.connections()).toBe(5)
    else await expect.poll(() => server.open()).toBe(3)
    expect(await load.slice(window)).toMatchObject({ unasked: 1 })
  })

  it.each<[string, Answer]>([
    ['half a head', ends('HTTP/1.1 200 OK\r\ncontent-le')],
    ['half a body', ends('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf')],
    ['a reset', (socket) => void socket.resetAndDestroy()],
    ['what is no HTTP', sends('220 smtp.example.test ESMTP\r\n')],
    ['a chunk without a size', sends('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n')],
  ])('loses a request that gets %s', async (_what, strange) => {
    const server = await start(every(10, strange))
    const load = await open(target(server.origin))
    const lost = ({ errors, timeouts }: EngineSlice) => errors + timeouts
    const slice = await windowsUntil(load, window, (slice) => lost(slice) > 0)
    expect(lost(slice)).toBeGreaterThan(0)
    expect(slice.unasked).toBe(0)
  })

  it('counts a switch of protocols as the answer that it is', async () => {
    const server = await start(
      every(10, sends('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n')),
    )
    const load = await open(target(server.origin))
    const switched = ({ statuses, errors, timeouts }: EngineSlice) => statuses[101] ?? errors + timeouts
    const slice = await windowsUntil(load, window, (slice) => switched(slice) > 0)
    expect(switched(slice)).toBeGreaterThan(0)
    expect(slice.requests).toBeLessThan(server.heads.length - 4)
  })

  it('opens again what the server closed while it rested, and measures nothing of that', async () => {
    const sockets: Socket[] = []
    const server = await start((socket) => {
      sockets.push(socket)
      socket.write(reply(200))
    })
    const load = await open(target(server.origin))
    for (const socket of new Set(sockets)) socket.end()
    if (engine.model === 'open') await expect.poll(() => server.connections()).toBe(8)
    else await expect.poll(() => server.open()).toBe(0)
    expect(await load.refresh(false)).toBe(4)
    const slice = await load.slice(window)
    expect(slice).toMatchObject({ errors: 0, timeouts: 0, unasked: 0, reconnects: 0 })
  })

  it('asks each connection once before a window where it is told to', async () => {
    const server = await start(sends(reply(200)))
    const load = await open(target(server.origin))
    const before = server.heads.length
    expect(await load.refresh(true)).toBe(0)
    expect(server.heads.length - before).toBe(4)
    const slice = await load.slice(window)
    expect(slice.responses).toBe(server.heads.length - before - 4)
  })

  it('tells the connections that the server closed in order', async () => {
    const answered = new Map<Socket, number>()
    let closed = 0
    const server = await start((socket) => {
      const count = (answered.get(socket) ?? 0) + 1
      answered.set(socket, count)
      if (count < 5) {
        socket.write(reply(200))
        return
      }
      closed += 1
      socket.end(reply(200, 'connection: close\r\n'))
    })
    const load = await open(target(server.origin))
    let told = 0
    do {
      const slice = await load.slice(window)
      expect(slice).toMatchObject({ errors: 0, timeouts: 0, unasked: 0 })
      told += slice.reconnects
    } while (closed === 0)
    expect(told + (await load.refresh(false))).toBe(closed)
  })

  it('weighs every request and every head, not the first one', async () => {
    let heads = 0
    const lengths: number[] = []
    const server = await start((socket, number, request) => {
      const head = `HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx: ${'y'.repeat(number % 7)}\r\n\r\n`
      lengths.push(request.length)
      heads += head.length
      // In two pieces, cut inside the head.
      socket.write(head.slice(0, 9))
      socket.write(`${head.slice(9)}ok`)
    })
    const to = target(server.origin)
    const requests = to.requests.map((request, index) => ({
      ...request,
      headers: { authorization: `Bearer ${'t'.repeat(1 + 100 * index)}` },
    }))
    const load = await open({ ...to, requests })
    const [before, headsBefore] = [lengths.length, heads]
    const { sizes, responses } = await load.slice(window)
    const measured = lengths.slice(before)
    expect(measured).toHaveLength(responses)
    expect(sizes?.request).toEqual({
      sum: measured.reduce((sum, length) => sum + length, 0),
      least: Math.min(...measured),
      most: Math.max(...measured),
    })
    expect(sizes?.responseHead.sum).toBe(heads - headsBefore)
    expect((sizes?.responseHead.most ?? 0) - (sizes?.responseHead.least ?? 0)).toBe(6)
  })
})
