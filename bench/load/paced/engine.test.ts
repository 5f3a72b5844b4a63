import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { arrivalTimes } from '../../../src/plan/schedule.ts'
import { decodeHistogram } from '../../../src/results/histogram.ts'
import { requestText } from '../http/probe.ts'
import { countFrom, countOf, open, start, steady, target, token, until } from '../testing/paced-loads.ts'
import { reply } from '../testing/raw-server.ts'

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
    // Of one every 10 ms, those of the first 100 ms wait for 100 ms and more.
    const late = countFrom(95, slice.latencyHdr)
    expect(late).toBeGreaterThanOrEqual(10)
    expect(countFrom(95, slice.pacing?.serviceHdr)).toBeLessThan(late)
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
    const window = steady(2, 400)
    let { pacing } = await load.slice(window)
    // A busy machine may send the second, due in the middle, after the end.
    while (countFrom(150, pacing?.lagHdr) > 0) pacing = (await load.slice(window)).pacing
    expect(pacing?.achievedRate).toBe(pacing?.targetRate)
  })
})
