import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { decodeHistogram } from '../../../src/results/histogram.ts'
import type { EngineTarget, OpenLoad } from '../engine.ts'
import { target } from '../testing/paced-loads.ts'
import { rawServer, reply } from '../testing/raw-server.ts'
import { autocannonEngine } from './engine.ts'

const closed = (milliseconds: number) => ({ milliseconds, arrivals: null })

describe('autocannon engine', () => {
  const cleanups: (() => void | Promise<void>)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })
  const start = async (answer: (socket: Socket, requestNumber: number) => void) => {
    const server = await rawServer(answer)
    cleanups.push(server.close)
    return server
  }
  const open = async (to: EngineTarget): Promise<OpenLoad> => {
    const load = await autocannonEngine.open(to)
    cleanups.push(() => load.close())
    return load
  }
  /** Long enough for answers of each kind, however busy the machine is. */
  const sliceWith = async (statuses: readonly number[], load: OpenLoad) => {
    for (let milliseconds = 40; ; milliseconds *= 2) {
      const slice = await load.slice(closed(milliseconds))
      if (statuses.every((status) => slice.statuses[status] !== undefined)) return slice
    }
  }

  it('counts exactly the requests and the bytes that the server saw on the wire', async () => {
    const server = await start((socket) => socket.write(reply(200)))
    const load = await open(target(server.origin))
    expect(server.heads).toHaveLength(4)
    for (const slice of [await sliceOf(load, 40), await sliceOf(load, 40)]) {
      expect(slice.responses).toBe(slice.seenRequests)
      expect(slice.requestBytes).toBe(slice.seenBytes)
      expect(slice.requests).toBe(slice.responses)
      expect(decodeHistogram(slice.latencyHdr).totalCount).toBe(slice.requests)
      expect(slice).toMatchObject({
        errors: 0,
        timeouts: 0,
        reconnects: 0,
        statuses: { 200: slice.responses },
      })
    }

    async function sliceOf(opened: OpenLoad, milliseconds: number) {
      const before = { requests: server.heads.length, bytes: server.bytes() }
      const slice = await opened.slice(closed(milliseconds))
      return {
        ...slice,
        seenRequests: server.heads.length - before.requests,
        seenBytes: server.bytes() - before.bytes,
      }
    }
  })

  it('is silent between slices', async () => {
    const server = await start((socket) => socket.write(reply(200)))
    const load = await open(target(server.origin))
    await load.slice(closed(20))
    const seen = server.heads.length
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(server.heads).toHaveLength(seen)
  })

  it('gives every connection a part of the pool of its own and uses all of it', async () => {
    const bySocket = new Map<Socket, Set<string>>()
    const server = await start((socket) => {
      const head = server.heads.at(-1) ?? ''
      const token = /Bearer (\S+)/.exec(head)?.[1] ?? ''
      bySocket.set(socket, (bySocket.get(socket) ?? new Set()).add(token))
      socket.write(reply(200))
    })
    const load = await open(target(server.origin))
    const parts = () => [...bySocket.values()]
    const used = () => parts().reduce((sum, part) => sum + part.size, 0)
    while (used() < 12 || server.heads.length < 60) await load.slice(closed(60))
    expect([parts().length, used()]).toEqual([4, 12])
    expect(new Set(parts().flatMap((part) => [...part])).size).toBe(12)
  })

  it('keeps a wrong status out of requests and latency', async () => {
    const server = await start((socket, number) =>
      socket.write(reply(number > 4 && number % 5 === 0 ? 401 : 200)),
    )
    const load = await open(target(server.origin))
    const slice = await sliceWith([401], load)
    expect(slice.requests).toBe(slice.statuses[200])
    expect(decodeHistogram(slice.latencyHdr).totalCount).toBe(slice.requests)
  })

  it('judges every request by the status that it expects, and keeps cohorts apart', async () => {
    const server = await start((socket) =>
      socket.write(reply(/token-00[01458]/.test(server.heads.at(-1) ?? '') ? 401 : 200)),
    )
    const { requests, ...rest } = target(server.origin, 2, 9)
    const load = await open({
      ...rest,
      requests: requests.map((request, index) =>
        index % 4 < 2
          ? { ...request, cohort: 'revoked', expectStatus: 401 }
          : { ...request, cohort: 'valid' },
      ),
    })
    const slice = await sliceWith([200, 401], load)
    const { revoked, valid } = slice.cohorts
    expect(slice.requests).toBe(slice.responses)
    expect(revoked).toMatchObject({ responses: slice.statuses[401], requests: slice.statuses[401] })
    expect(valid).toMatchObject({ responses: slice.statuses[200], requests: slice.statuses[200] })
    expect(decodeHistogram(valid?.latencyHdr ?? '').totalCount).toBe(slice.statuses[200])
    expect(slice.pacing).toBeNull()
  })

  it('refuses to send at given times', async () => {
    const server = await start((socket) => socket.write(reply(200)))
    const load = await open(target(server.origin))
    const arrivals = { schedule: 'poisson', ratePerSecond: 100, seed: 1 } as const
    await expect(load.slice({ milliseconds: 10, arrivals })).rejects.toMatchObject({
      code: 'ARRIVALS_NOT_SUPPORTED',
    })
  })

  it('sees connections that the server closes', async () => {
    const server = await start((socket, number) => {
      if (number > 4 && number % 50 === 0) socket.end(reply(200))
      else socket.write(reply(200))
    })
    const load = await open(target(server.origin))
    for (let lost = 0; lost === 0; ) {
      const slice = await load.slice(closed(30))
      lost = slice.reconnects + slice.errors + slice.timeouts
    }
  })

  it('ends the slice when the server never answers', async () => {
    const server = await start((socket, number) => {
      if (number <= 4) socket.write(reply(200))
    })
    const load = await open(target(server.origin))
    const slice = await load.slice(closed(10))
    expect(slice).toMatchObject({ responses: 0, requests: 0, timeouts: 4 })
  })

  it('ends the slice when the server goes away', async () => {
    const server = await start((socket) => socket.write(reply(200)))
    const load = await open(target(server.origin))
    const running = load.slice(closed(5000))
    await server.close()
    const slice = await running
    expect(slice.errors).toBeGreaterThan(0)
  })

  it('goes on with the connections that are left when no other is to be had, and tells the one that it lost', async () => {
    const lastBefore = 5
    const server = await start((socket, number) => {
      if (number === lastBefore) {
        server.stopListening()
        socket.end(reply(200, 'connection: close\r\n'))
      } else setTimeout(() => socket.write(reply(200)), number > lastBefore ? 60 : 0)
    })
    const load = await open(target(server.origin, 2))
    const slice = await load.slice(closed(300))
    expect(slice).toMatchObject({ errors: 0, timeouts: 1, reconnects: 1 })
    expect(slice.responses).toBe(server.heads.length - 2)
    await expect(load.slice(closed(20))).rejects.toMatchObject({ code: 'LOAD_CLOSED' })
  })

  it('says so when the first responses do not come', async () => {
    const server = await start(() => undefined)
    await server.close()
    await expect(autocannonEngine.open(target(server.origin))).rejects.toMatchObject({
      code: 'LOAD_NOT_OPENED',
    })
  })
})
