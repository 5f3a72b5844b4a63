import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { decodeHistogram } from '../../src/histogram.ts'
import { arrivalTimes } from '../../src/schedule.ts'
import { requestText } from '../probe.ts'
import type { EngineSlice, EngineTarget, OpenLoad } from './engine.ts'
import { newPacedEngine } from './paced.ts'
import { type RawServer, rawServer, reply } from './testing/raw-server.ts'

const patient = newPacedEngine({ drainMs: 5000, openMs: 5000 })
const impatient = newPacedEngine({ drainMs: 150, openMs: 5000 })

const token = (index: number) => `token-${String(index).padStart(3, '0')}`

function target(origin: string, connections = 4, pool = 12): EngineTarget {
  return {
    origin,
    connections,
    expectStatus: 200,
    requests: Array.from({ length: pool }, (_, index) => ({
      method: 'GET' as const,
      path: '/me',
      headers: { authorization: `Bearer ${token(index)}` },
    })),
  }
}

/** `count` arrivals with equal gaps. */
const steady = (count: number, milliseconds: number) => ({
  milliseconds,
  arrivals: { schedule: 'constant', ratePerSecond: (count * 1000) / milliseconds, seed: 1 } as const,
})

const countOf = (encoded: string | undefined) => decodeHistogram(encoded ?? '').totalCount

/** Values of at least so many milliseconds. */
function countFrom(milliseconds: number, encoded: string | undefined): number {
  const histogram = decodeHistogram(encoded ?? '')
  let count = 0
  for (let percentile = 0; percentile < histogram.totalCount; percentile++) {
    if (
      histogram.getValueAtPercentile(((percentile + 0.5) / histogram.totalCount) * 100) >=
      milliseconds * 1000
    ) {
      count += 1
    }
  }
  return count
}

const settled = ({ responses, errors, timeouts }: EngineSlice) => responses + errors + timeouts

const cleanups: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(answer: Parameters<typeof rawServer>[0]): Promise<RawServer> {
  const server = await rawServer(answer)
  cleanups.push(server.close)
  return server
}

async function open(to: EngineTarget, engine = patient): Promise<OpenLoad> {
  const load = await engine.open(to)
  cleanups.push(() => load.close())
  return load
}

describe('paced engine, on a server that behaves', () => {
  it('counts exactly the requests and the bytes that the server saw on the wire', async () => {
    const server = await start((socket) => socket.write(reply(200)))
    const load = await open(target(server.origin))
    expect(server.heads).toHaveLength(4)
    for (const count of [40, 25]) {
      const before = { heads: server.heads.length, bytes: server.bytes() }
      const slice = await load.slice(steady(count, 40))
      expect(server.heads.length - before.heads).toBe(count)
      expect(slice).toMatchObject({
        responses: count,
        requests: count,
        requestBytes: server.bytes() - before.bytes,
        statuses: { 200: count },
        errors: 0,
        timeouts: 0,
        reconnects: 0,
        cohorts: {},
        pacing: { arrivals: count, targetRate: count * 25 },
      })
      expect(countOf(slice.latencyHdr)).toBe(count)
      expect(countOf(slice.pacing?.serviceHdr)).toBe(count)
      expect(countOf(slice.pacing?.lagHdr)).toBe(count - (slice.pacing?.queued ?? 0))
    }
  })

  it('writes the bytes that a probe weighs', async () => {
    const server = await start((socket) => socket.write(reply(200)))
    const to = target(server.origin, 1, 2)
    const load = await open(to)
    await load.slice(steady(2, 10))
    const { host } = new URL(server.origin)
    const [first, second] = to.requests.map((request) => requestText(request, host))
    expect(server.heads).toEqual([first, second, first])
  })

  it('sends what the seed says, and ends with the last response', async () => {
    const server = await start((socket) => socket.write(reply(200)))
    const load = await open(target(server.origin))
    const arrivals = { schedule: 'poisson', ratePerSecond: 1500, seed: 5 } as const
    const slice = await load.slice({ milliseconds: 60, arrivals })
    const times = arrivalTimes(arrivals, 60)
    expect(slice.responses).toBe(times.length)
    expect(slice.seconds * 1000).toBeGreaterThan(times.at(-1) ?? 0)
  })

  it('has time on the wire and service time agree, which it measures apart', async () => {
    const server = await start((socket) => socket.write(reply(200)))
    const load = await open(target(server.origin))
    const { pacing } = await load.slice(steady(60, 60))
    expect(pacing?.serviceUs).toBeGreaterThan(0)
    expect((pacing?.inFlightUs ?? 0) / (pacing?.serviceUs ?? 0)).toBeCloseTo(1, 9)
  })

  it('gives every connection a part of the pool of its own, and turns to serve to all', async () => {
    const bySocket = new Map<Socket, string[]>()
    const server = await start((socket, _, head) => {
      bySocket.set(socket, [...(bySocket.get(socket) ?? []), /Bearer (\S+)/.exec(head)?.[1] ?? ''])
      socket.write(reply(200))
    })
    const load = await open(target(server.origin))
    await load.slice(steady(20, 80))
    const parts = [...bySocket.values()].map((part) => part.join(' ')).sort()
    const circle = (first: number) => [0, 4, 8, 0, 4, 8].map((step) => token(first + step)).join(' ')
    expect(parts).toEqual([circle(0), circle(1), circle(2), circle(3)])
  })

  it('is silent between windows', async () => {
    const server = await start((socket) => socket.write(reply(200)))
    const load = await open(target(server.origin))
    await load.slice(steady(10, 10))
    const seen = server.heads.length
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(server.heads).toHaveLength(seen)
  })

  it('judges every request by the status that it expects, and keeps cohorts apart', async () => {
    const isRevoked = (index: number) => index % 3 === 0
    const server = await start((socket, _, head) =>
      socket.write(reply(isRevoked(Number(/token-(\d+)/.exec(head)?.[1])) ? 401 : 200)),
    )
    const { requests, ...rest } = target(server.origin)
    const load = await open({
      ...rest,
      requests: requests.map((request, index) =>
        isRevoked(index)
          ? { ...request, cohort: 'revoked', expectStatus: 401 }
          : { ...request, cohort: index === 1 ? 'first' : 'valid' },
      ),
    })
    const slice = await load.slice(steady(60, 60))
    const { revoked, valid, first } = slice.cohorts
    expect(slice.requests).toBe(60)
    expect(Object.keys(slice.cohorts).sort()).toEqual(['first', 'revoked', 'valid'])
    expect(revoked).toMatchObject({ responses: slice.statuses[401], requests: slice.statuses[401] })
    for (const read of [
      (cohort: typeof valid) => cohort?.responses ?? 0,
      (cohort: typeof valid) => cohort?.requests ?? 0,
      (cohort: typeof valid) => countOf(cohort?.latencyHdr),
    ]) {
      expect(read(revoked) + read(valid) + read(first)).toBe(60)
    }
  })

  it('keeps a wrong status out of requests, latency and service time', async () => {
    const server = await start((socket, number) =>
      socket.write(reply(number > 4 && number % 5 === 0 ? 401 : 200)),
    )
    const load = await open(target(server.origin))
    const slice = await load.slice(steady(50, 50))
    expect(slice).toMatchObject({ responses: 50, requests: 40, statuses: { 200: 40, 401: 10 }, errors: 0 })
    expect(countOf(slice.latencyHdr)).toBe(40)
    expect(countOf(slice.pacing?.serviceHdr)).toBe(40)
  })

  it.each([
    [
      'byte by byte',
      (socket: Socket) => {
        for (const byte of reply(200)) socket.write(byte)
      },
    ],
    [
      'in chunks',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n')
        socket.write('ok\r\n0\r\n\r\n')
      },
    ],
    ['after a 100', (socket: Socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${reply(200)}`)],
    ['without a body', (socket: Socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n')],
  ])('reads a response that comes %s', async (_, answer) => {
    const server = await start(answer)
    const load = await open(target(server.origin))
    expect(await load.slice(steady(10, 10))).toMatchObject({ responses: 10, errors: 0, reconnects: 0 })
  })
})

describe('paced engine, on time', () => {
  it('shows a constant delay in service time and latency', async () => {
    const server = await start((socket) => setTimeout(() => socket.write(reply(200)), 6))
    const load = await open(target(server.origin, 8))
    const slice = await load.slice(steady(20, 60))
    // A timer of Node may be up to a millisecond early.
    expect(decodeHistogram(slice.pacing?.serviceHdr ?? '').minNonZeroValue).toBeGreaterThanOrEqual(5000)
    expect(decodeHistogram(slice.latencyHdr).minNonZeroValue).toBeGreaterThanOrEqual(5000)
    expect(slice.meanLatencyUs).toBeGreaterThanOrEqual(5000)
    expect(slice.pacing?.serviceUs).toBeGreaterThanOrEqual(20 * 5000)
  })

  it('does not let a stall hide behind requests that it kept from being sent', async () => {
    const server = await start((socket, number) => {
      if (number === 2) setTimeout(() => socket.write(reply(200)), 200)
      else socket.write(reply(200))
    })
    const load = await open(target(server.origin, 1))
    const slice = await load.slice(steady(20, 200))
    expect(countFrom(95, slice.pacing?.serviceHdr)).toBeLessThanOrEqual(3)
    // Of one every 10 ms, those of the first 100 ms wait for 100 ms and more.
    expect(countFrom(95, slice.latencyHdr)).toBeGreaterThanOrEqual(10)
    expect(slice.meanLatencyUs).toBeGreaterThan((slice.pacing?.serviceUs ?? 0) / 20)
  })

  it('records what waited for a connection, and that it was sent late', async () => {
    const held: Socket[] = []
    const server = await start((socket, number) => {
      if (number === 2) held.push(socket)
      else socket.write(reply(200))
    })
    const load = await open(target(server.origin, 1))
    const begun = performance.now()
    const running = load.slice(steady(20, 20))
    await until(() => held.length === 1 && performance.now() > begun + 60)
    // Another turn, in which the pacer sees the same time.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    held[0]?.write(reply(200))
    const { pacing } = await running
    expect(pacing).toMatchObject({ arrivals: 20, queued: 19, longestQueue: 19, targetRate: 1000 })
    expect(countOf(pacing?.lagHdr)).toBe(1)
    expect(pacing?.achievedRate).toBeLessThan(1000 / 2.5)
  })

  it('achieves exactly the rate where everything was sent inside the window', async () => {
    const server = await start((socket) => socket.write(reply(200)))
    const load = await open(target(server.origin))
    const { pacing } = await load.slice(steady(2, 400))
    expect(pacing?.achievedRate).toBe(pacing?.targetRate)
  })
})

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
    expect(slice).toMatchObject({ responses: 45, requests: 45, errors: 5, timeouts: 0, reconnects: 5 })
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
    expect(slice).toMatchObject({ responses: 20, errors: 1, reconnects: 1 })
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
    expect(slice).toMatchObject({ responses: 20, errors: 1, timeouts: 0, reconnects: 2 })
    expect(await load.slice(steady(20, 20))).toMatchObject({ responses: 20, errors: 0, reconnects: 0 })
  })

  it('counts as timed out what has no response when the drain is over, and closes itself', async () => {
    const server = await start((socket, number) => {
      if (number <= 7) socket.write(reply(200))
    })
    const load = await open(target(server.origin), impatient)
    const slice = await load.slice(steady(20, 20))
    expect(slice).toMatchObject({ responses: 3, errors: 0, timeouts: 17 })
    expect(slice.pacing).toMatchObject({ arrivals: 20, longestQueue: 13 })
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

  it('goes on with the connections that are left when no other is to be had', async () => {
    const server = await start((socket, number) => {
      if (number === 5) {
        server.stopListening()
        socket.end(reply(200, 'connection: close\r\n'))
      } else socket.write(reply(200))
    })
    const load = await open(target(server.origin, 2))
    const slice = await load.slice(steady(100, 100))
    expect(slice).toMatchObject({ responses: 100, errors: 0, timeouts: 0, reconnects: 1 })
  })

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
    expect(slice.errors).toBe(server.heads.length - 4)
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
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
