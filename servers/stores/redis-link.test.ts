import { connect, createServer, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { measureDelay } from '../conformance/harness/own-delay.ts'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { StoreUnavailableError } from '../contract.ts'
import { endWhenSilent } from './lookup-timeout.ts'
import { type RedisLink, redisLink } from './redis-link.ts'
import { redisLinks } from './redis-links.ts'

const SILENCE_MS = 100
const LOOK_MS = SILENCE_MS / 10

/** Passes everything on, and knows how many came. */
async function detour(to: string) {
  const { hostname, port } = new URL(to)
  const came: Socket[] = []
  const server = createServer((client) => {
    came.push(client)
    const target = connect(Number(port), hostname)
    client.on('error', () => {}).pipe(target)
    target.on('error', () => {}).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  onTestFinished(() => {
    for (const socket of came) socket.destroy()
    server.close()
  })
  return { place: { host: '127.0.0.1', port: address.port }, came }
}

describe('a way to Redis', () => {
  test('is left and found again: links that are open, that will be, and their other connections', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    const { place, came } = await detour(redis.url)
    const links = redisLinks('run:')
    onTestFinished(() => links.close())
    const first = await links.open(redis.url)
    const beside = first.connect()
    await beside.connect()
    const never = first.connect()
    await links.moveTo(place)
    const second = await links.open(redis.url)
    expect(came).toHaveLength(3)
    await never.connect()
    expect(came).toHaveLength(4)
    expect(
      await Promise.all([first.client, beside, never, second.client].map((client) => client.ping())),
    ).toEqual(Array(4).fill('PONG'))
    await links.moveTo(place)
    expect(came).toHaveLength(4)
    await links.moveTo(null)
    for (const socket of came) socket.destroy()
    expect(await first.ask(first.client.ping())).toBe('PONG')
  })
})

describe('a connection to Redis', () => {
  let redis: TestRedis
  let link: RedisLink

  beforeAll(async () => {
    redis = await startRedis()
    link = await redisLink(redis.url, 'run:')
  })

  afterAll(async () => {
    await link.close()
    await redis.stop()
  })

  async function connected() {
    const client = link.connect({ silenceMs: SILENCE_MS })
    const ended = vi.fn()
    client.on('close', ended)
    await client.connect()
    return { ended, ping: () => link.ask(client.ping()) }
  }

  /** The whole process: a long computation, or a machine without a free core. */
  function stall(milliseconds: number): void {
    const until = performance.now() + milliseconds
    while (performance.now() < until);
  }

  test('reads an answer that came during a stall of the event loop', async () => {
    const { ping, ended } = await connected()
    for (const stalledMs of [SILENCE_MS + 50, 2 * SILENCE_MS]) {
      const answer = ping()
      stall(stalledMs)
      expect(await answer).toBe('PONG')
    }
    expect(ended).not.toHaveBeenCalled()
  })

  test('gives up a Redis that hangs, in time and for all commands, and comes back by itself', async () => {
    const { ping } = await connected()
    expect(await ping()).toBe('PONG')
    redis.pause()
    onTestFinished(redis.resume)
    const begun = performance.now()
    using meter = measureDelay()
    const answers = await Promise.allSettled([ping(), ping()])
    const neededMs = performance.now() - begun
    const lateMs = meter.lateMs()
    redis.resume()
    for (const answer of answers) expect(answer).toMatchObject({ reason: expect.any(StoreUnavailableError) })
    expect(neededMs).toBeGreaterThan(SILENCE_MS - LOOK_MS - 1)
    expect(neededMs - lateMs).toBeLessThan(1000)
    await expect.poll(() => ping().catch(() => null), { interval: 10 }).toBe('PONG')
  })

  test('waits as long as commands may block where it is told to', async () => {
    const client = link.connect({ silenceMs: 3 * SILENCE_MS })
    await client.connect()
    expect(await client.blpop('run:nothing', (1.5 * SILENCE_MS) / 1000)).toBeNull()
  })
})

describe('silence, look by look', () => {
  afterEach(() => vi.useRealTimers())

  function watched() {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate'] })
    const stream = { bytesRead: 0, destroy: vi.fn() }
    const redis = { commandQueue: { length: 0 }, stream, sendCommand: () => redis.commandQueue.length++ }
    endWhenSilent(redis, SILENCE_MS)
    return { redis, stream }
  }
  const looks = (count: number) => vi.advanceTimersByTime(count * LOOK_MS)

  test('ends the connection, with the reason', () => {
    const { redis, stream } = watched()
    redis.sendCommand()
    looks(9)
    expect(stream.destroy).not.toHaveBeenCalled()
    looks(1)
    vi.advanceTimersToNextTimer()
    expect(stream.destroy).toHaveBeenCalledExactlyOnceWith(new Error('nothing came for 100 ms'))
  })

  test('is not what the last turn of the loop still brings', () => {
    const { redis, stream } = watched()
    redis.sendCommand()
    for (let each = 0; each < 10; each++) vi.advanceTimersToNextTimer()
    stream.bytesRead += 7
    looks(9)
    expect(stream.destroy).not.toHaveBeenCalled()
  })

  test('begins anew with every byte, and with another socket', () => {
    const { redis, stream } = watched()
    redis.sendCommand()
    looks(9)
    stream.bytesRead += 1
    looks(10)
    redis.stream = { ...stream }
    looks(10)
    expect(stream.destroy).not.toHaveBeenCalled()
  })

  test('has one timer however many commands wait, and none when none does', () => {
    const { redis, stream } = watched()
    for (let each = 0; each < 100; each++) redis.sendCommand()
    expect(vi.getTimerCount()).toBe(1)
    redis.commandQueue.length = 0
    stream.bytesRead += 1
    looks(1)
    expect(vi.getTimerCount()).toBe(0)
    redis.sendCommand()
    expect(vi.getTimerCount()).toBe(1)
  })
})
