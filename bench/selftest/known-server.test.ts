import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askBare } from './bare-client.ts'
import { INSTANT } from './known-behaviour.ts'
import { type KnownServer, startKnownServer } from './known-server.ts'

const REQUEST = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'

describe('known server', () => {
  let server: KnownServer
  beforeEach(async () => {
    server = await startKnownServer()
  })
  afterEach(() => server.close())

  /** Everything that one connection gets for these requests, sent at once, until there are so many answers or it ends. */
  function ask(requests: number, answers = requests): Promise<string> {
    const socket = connect(server.port, '127.0.0.1')
    let received = ''
    return new Promise((resolve, reject) => {
      socket.on('error', reject)
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1')
        if (received.split('HTTP/1.1 ').length > answers) socket.end()
      })
      socket.on('close', () => resolve(received))
      socket.write(REQUEST.repeat(requests))
    })
  }
  const statusesOf = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)

  it('answers every request, also when their bytes are cut anywhere', async () => {
    server.behave(INSTANT)
    const socket = connect(server.port, '127.0.0.1')
    let received = ''
    const closed = new Promise((resolve) => socket.on('close', resolve))
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      if (statusesOf(received).length === 2) socket.end()
    })
    socket.setNoDelay(true)
    for (const part of [REQUEST.slice(0, 5), REQUEST.slice(5, -1), `${REQUEST.slice(-1)}${REQUEST}`]) {
      await new Promise((resolve) => socket.write(part, resolve))
    }
    await closed
    expect(server.observe()).toMatchObject({
      requests: 2,
      bytes: 2 * REQUEST.length,
      statuses: { 200: 2 },
      accepted: 1,
      closed: 0,
    })
  })

  it('answers each n-th request wrongly, counted from when it was told', async () => {
    await ask(2)
    server.behave({ ...INSTANT, wrongEvery: 3 })
    expect(statusesOf(await ask(7))).toEqual(['200', '200', '500', '200', '200', '500', '200'])
    expect(server.observe().statuses).toEqual({ 200: 5, 500: 2 })
  })

  it('ends a connection with its n-th response, and answers nothing after it', async () => {
    server.behave({ ...INSTANT, closeAfter: 2 })
    expect(statusesOf(await ask(3))).toEqual(['200', '200'])
    expect(server.observe()).toMatchObject({ requests: 3, statuses: { 200: 2 }, closed: 1 })
  })

  it.each([false, true])(
    'holds requests for as long as it was told, and tells how long (polling: %s)',
    async (poll) => {
      server.behave({ ...INSTANT, holdUs: 3000, poll })
      const roundTripsUs = await askBare(server.port, 5)
      server.behave({ ...INSTANT, poll: false })
      const { holdsUs } = server.observe()
      expect(holdsUs).toEqual([])
      expect(roundTripsUs).toHaveLength(5)
      expect(Math.min(...roundTripsUs)).toBeGreaterThanOrEqual(3000)
    },
  )

  it('tells arrivals and holds in the order of arrival', async () => {
    const kindsOfSix = async () => {
      server.behave({ ...INSTANT, holdUs: 500, stall: { every: 4, us: 20_000 } })
      await ask(6)
      const { arrivalsUs, holdsUs } = server.observe()
      expect(arrivalsUs).toEqual(arrivalsUs.toSorted((a, b) => a - b))
      return holdsUs.map((us) => (us >= 20_000 ? 'stall' : us >= 500 ? 'hold' : 'early'))
    }
    // Again where the machine held a request for as long as a stall.
    await expect.poll(kindsOfSix).toEqual(['hold', 'stall', 'hold', 'hold', 'hold', 'stall'])
  })

  it('holds the first request of every connection', async () => {
    server.behave({ ...INSTANT, firstUs: 20_000 })
    await Promise.all([ask(1), ask(1)])
    const { holdsUs, accepted } = server.observe()
    expect(accepted).toBe(2)
    // A timer may fire a millisecond early by its own clock.
    expect(Math.min(...holdsUs)).toBeGreaterThanOrEqual(19_000)
  })
})
