import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { OpenLoad } from '../engine.ts'
import { impatient, open, settled, start, steady, target, until } from '../testing/paced-loads.ts'
import { type RawServer, reply } from '../testing/raw-server.ts'
import { newPacedEngine } from './engine.ts'

describe('paced engine, on a server that misbehaves', () => {
  it('counts connections that end with a response, and loses nothing', async () => {
    const answered = new Map<Socket, number>()
    let closed = 0
    const server = await start((socket) => {
      const count = (answered.get(socket) ?? 0) + 1
      answered.set(socket, count)
      if (count < 5) socket.write(reply(200))
      else {
        closed += 1
        socket.end(reply(200, 'connection: close\r\n'))
      }
    })
    const load = await open(target(server.origin))
    const before = server.bytes()
    const slice = await load.slice(steady(60, 60))
    expect(closed).toBeGreaterThan(8)
    expect(slice).toMatchObject({ responses: 60, errors: 0, timeouts: 0, reconnects: closed })
    expect(slice.requestBytes).toBe(server.bytes() - before)
  })

  it('counts every response where none leaves its connection up', async () => {
    const server = await start((socket) => socket.end(reply(200, 'connection: close\r\n')))
    const load = await open(target(server.origin))
    const slice = await load.slice(steady(240, 60))
    expect(slice).toMatchObject({ responses: 240, errors: 0, timeouts: 0, reconnects: 240 })
  })

  it('takes the end of the connection for the end of a body without a length', async () => {
    const server = await start((socket, number) => {
      if (number === 6) socket.end('HTTP/1.1 200 OK\r\n\r\nok')
      else socket.write(reply(200))
    })
    const load = await open(target(server.origin))
    expect(await load.slice(steady(20, 20))).toMatchObject({ responses: 20, errors: 0, reconnects: 1 })
  })

  it.each([
    ['ends', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
    ['ends in the middle of the head', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nconte')],
    [
      'resets in the middle of the body',
      (socket: Socket) => {
        socket.write(reply(200).slice(0, -1), () => socket.resetAndDestroy())
      },
    ],
    ['answers garbage', (socket: Socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n')],
    ['answers zeros', (socket: Socket) => socket.write(Buffer.alloc(100))],
    [
      'answers a head without end',
      (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`),
    ],
  ])('loses a request whose connection %s, and never sends it again', async (_, misbehave) => {
    const server = await start((socket, number) => {
      if (number > 4 && number % 10 === 0) misbehave(socket)
      else socket.write(reply(200))
    })
    const load = await open(target(server.origin))
    const before = server.bytes()
    const slice = await load.slice(steady(50, 50))
    expect(slice).toMatchObject({ responses: 45, requests: 45, errors: 5, timeouts: 0, reconnects: 0 })
    expect(server.heads).toHaveLength(4 + 50)
    expect(slice.requestBytes).toBe(server.bytes() - before)
    expect(await load.slice(steady(5, 10))).toMatchObject({ responses: 5, errors: 0, reconnects: 0 })
  })

  it('counts a response with something behind it, and trusts the connection no more', async () => {
    const server = await start((socket, number) =>
      socket.write(number === 7 ? `${reply(200)}more` : reply(200)),
    )
    const load = await open(target(server.origin))
    const slice = await load.slice(steady(20, 20))
    expect(slice).toMatchObject({ responses: 20, errors: 0, unasked: 1 })
  })

  it('counts what a server says and does between two windows in the next', async () => {
    const sockets = new Set<Socket>()
    const server = await start((socket) => {
      sockets.add(socket)
      socket.write(reply(200))
    })
    const load = await open(target(server.origin))
    const [first, second] = sockets
    first?.end()
    second?.write(reply(200))
    await until(() => server.connections() === 6)
    const slice = await load.slice(steady(20, 20))
    expect(slice).toMatchObject({ responses: 20, errors: 0, timeouts: 0, unasked: 1, reconnects: 0 })
    expect(await load.slice(steady(20, 20))).toMatchObject({ responses: 20, errors: 0, unasked: 0 })
  })

  it('counts as timed out what has no response when the drain is over, and closes itself', async () => {
    const server = await start((socket, number) => {
      if (number <= 7) socket.write(reply(200))
    })
    const load = await open(target(server.origin), impatient)
    const slice = await load.slice(steady(20, 20))
    expect(slice).toMatchObject({ responses: 3, errors: 0, timeouts: 17 })
    expect(slice.pacing).toMatchObject({ arrivals: 20 })
    // What is answered has left it; on a busy machine all arrive before the first answer.
    expect(slice.pacing?.longestQueue).toBeGreaterThanOrEqual(20 - 3 - 4)
    expect(slice.pacing?.longestQueue).toBeLessThanOrEqual(20 - 4)
    expect(slice.pacing?.achievedRate).toBeLessThan(slice.pacing?.targetRate ?? 0)
    expect(server.heads).toHaveLength(4 + 3 + 4)
    await expect(load.slice(steady(1, 1))).rejects.toMatchObject({ code: 'LOAD_CLOSED' })
  })

  it('ends the window at once when the server goes away', async () => {
    const server = await start((socket) => socket.write(reply(200)))
    const load = await open(target(server.origin))
    const running = load.slice(steady(20_000, 10_000))
    await until(() => server.heads.length > 20)
    await server.close()
    const slice = await running
    expect(slice.errors).toBeGreaterThan(0)
    expect(slice.timeouts).toBe(0)
    expect(settled(slice)).toBe(20_000)
    await expect(load.slice(steady(1, 1))).rejects.toMatchObject({ code: 'LOAD_CLOSED' })
  })

  it.each([
    ['often', 100, 100],
    ['so seldom that a lost one is tried in vain several times between two requests', 10, 400],
  ])(
    'goes on with the connections that are left when no other is to be had: asked %s',
    async (_name, requests, milliseconds) => {
      const server = await start((socket, number) => {
        if (number === 5) {
          server.stopListening()
          socket.end(reply(200, 'connection: close\r\n'))
        } else socket.write(reply(200))
      })
      const load = await open(target(server.origin, 2))
      const slice = await load.slice(steady(requests, milliseconds))
      expect(slice).toMatchObject({ responses: requests, errors: 0, timeouts: 0, reconnects: 1 })
    },
  )

  it('does not hammer a server that accepts connections only to end them', async () => {
    let accepts = true
    const server = await start((socket) => {
      if (accepts) socket.write(reply(200))
      else socket.destroy()
    })
    const load = await open(target(server.origin), impatient)
    accepts = false
    const slice = await load.slice(steady(1000, 50))
    expect(settled(slice)).toBe(1000)
    expect(slice.responses).toBe(0)
    // Those on the wire at the end of the window may have timed out instead.
    const lost = server.heads.length - 4
    expect(slice.errors).toBeGreaterThan(0)
    expect(slice.errors).toBeLessThanOrEqual(lost)
    expect(slice.errors).toBeGreaterThanOrEqual(lost - 4)
    // 200 ms, pauses of 5, 10, 20, 40 and 80 ms.
    expect(server.connections()).toBeLessThanOrEqual(4 * 7)
  })

  it('ends a running window when it is closed', async () => {
    const server = await start((socket) => socket.write(reply(200)))
    const load = await open(target(server.origin))
    const running = load.slice(steady(1000, 10_000))
    load.close()
    expect(settled(await running)).toBe(1000)
  })

  it.each([
    ['it is closed', (load: OpenLoad) => load.close()],
    ['the server goes away', (_: OpenLoad, server: RawServer) => server.close()],
  ])('leaves no timer and no socket behind when %s', async (_, end) => {
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate/.test(name)).length
    const server = await start((socket, number) => {
      if (number > 4 && number % 2 === 0) socket.resetAndDestroy()
      else socket.write(reply(200))
    })
    const before = timers()
    const load = await open(target(server.origin))
    const running = load.slice(steady(5000, 5000))
    await until(() => server.heads.length > 20)
    await end(load, server)
    await running
    expect(timers()).toBeLessThanOrEqual(before)
    await until(() => server.open() === 0)
    expect(timers()).toBeLessThanOrEqual(before)
  })
})

describe('paced engine, opening', () => {
  it.each([
    [
      'ends every connection',
      (socket: Socket) => socket.end(),
      'connections fail: they end without a response',
    ],
    [
      'answers garbage',
      (socket: Socket) => socket.write('?'),
      'connections fail: they end without a response',
    ],
  ])('says so when the server %s', async (_, answer, message) => {
    const server = await start(answer)
    await expect(open(target(server.origin))).rejects.toMatchObject({ code: 'LOAD_NOT_OPENED', message })
  })

  it('says so when the server is silent', async () => {
    const server = await start(() => undefined)
    const hasty = newPacedEngine({ drainMs: 5000, openMs: 100 })
    await expect(open(target(server.origin), hasty)).rejects.toMatchObject({
      code: 'LOAD_NOT_OPENED',
      message: '0 of 4 connections had a first response in time',
    })
  })

  it('waits longer for a first answer over a link that takes longer', async () => {
    const server = await start((socket) => void setTimeout(() => socket.write(reply(200)), 50))
    const hasty = newPacedEngine({ drainMs: 5000, openMs: 1 })
    const link = { name: 'slow', upBitsPerSecond: 1e6, downBitsPerSecond: 1e6, roundTripMs: 5000 }
    await open({ ...target(server.origin), link }, hasty)
    await expect(open(target(server.origin), hasty)).rejects.toMatchObject({ code: 'LOAD_NOT_OPENED' })
  })

  it('says so when nothing listens', async () => {
    const server = await start(() => undefined)
    await server.close()
    await expect(open(target(server.origin))).rejects.toMatchObject({
      code: 'LOAD_NOT_OPENED',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('says so when one connection of many never has a response', async () => {
    const server = await start((socket, _, head) => {
      if (/token-(003|007|011)/.test(head)) socket.destroy()
      else socket.write(reply(200))
    })
    await expect(open(target(server.origin))).rejects.toMatchObject({
      message: 'connections fail: they end without a response',
    })
  })

  it('survives a connection that fails at first', async () => {
    const server = await start((socket, number) => {
      if (number === 2) socket.destroy()
      else socket.write(reply(200))
    })
    const load = await open(target(server.origin))
    expect(await load.slice(steady(10, 10))).toMatchObject({ responses: 10, errors: 0, reconnects: 0 })
  })
})

describe('paced engine, asked for what it cannot do', () => {
  const openOne = async () => open(target((await start((socket) => socket.write(reply(200)))).origin))

  it('refuses a closed loop', async () => {
    const load = await openOne()
    await expect(load.slice({ milliseconds: 10, arrivals: null })).rejects.toMatchObject({
      code: 'ARRIVALS_MISSING',
    })
  })

  it('refuses a rate that is none', async () => {
    const load = await openOne()
    const arrivals = { schedule: 'poisson', ratePerSecond: 0, seed: 1 } as const
    await expect(load.slice({ milliseconds: 10, arrivals })).rejects.toMatchObject({
      code: 'ARRIVALS_INVALID',
    })
    expect(await load.slice(steady(3, 3))).toMatchObject({ responses: 3 })
  })

  it('gives an empty window for an empty schedule, at once', async () => {
    const load = await openOne()
    const arrivals = { schedule: 'constant', ratePerSecond: 1, seed: 1 } as const
    const turn = new Promise<null>((resolve) => setImmediate(resolve, null))
    const slice = await Promise.race([load.slice({ milliseconds: 10, arrivals }), turn])
    expect(slice).toMatchObject({ responses: 0, errors: 0, timeouts: 0, meanLatencyUs: 0 })
    expect(slice?.pacing).toMatchObject({ arrivals: 0, targetRate: 0, achievedRate: 0 })
  })

  it('runs one window at a time', async () => {
    const load = await openOne()
    const running = load.slice(steady(5, 20))
    await expect(load.slice(steady(5, 20))).rejects.toThrow('a window is running')
    expect(await running).toMatchObject({ responses: 5 })
  })
})

/** Looks again in every turn of the event loop; the test's own time limit ends it. */
