import { createServer, type Server, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { AuthbenchError } from '../../src/results/errors.ts'
import { parseRedisUrl } from './address.ts'
import { connectRedis, type RedisControl } from './connection.ts'
import { connectionFailure } from './failure.ts'
import { type OwnRedis, startOwnRedis } from './server.ts'
import { difference } from './usage.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

describe('connecting to a Redis that cannot be used', () => {
  it('says that nothing listens there', async () => {
    const { port, server } = await fakeServer(() => null)
    await new Promise((resolve) => server.close(resolve))
    const error = await failureOf(`redis://127.0.0.1:${port}`)
    expect(error).toMatchObject({ code: 'REDIS_REFUSED', exitCode: 3 })
    expect(error.message).toBe(`redis://127.0.0.1:${port} refuses the connection.`)
  })

  it('says that the host is not known', () => {
    // Made up, because a resolver without a network may take its time.
    const thrown = Object.assign(new Error('getaddrinfo ENOTFOUND nowhere'), { code: 'ENOTFOUND' })
    const error = connectionFailure(parseRedisUrl('redis://nowhere'), thrown)
    expect(error).toMatchObject({ code: 'REDIS_HOST_UNKNOWN', exitCode: 2 })
  })

  it('keeps the password out even where the server repeats it', () => {
    const error = connectionFailure(parseRedisUrl('redis://:hunter2@host'), new Error('ERR no hunter2 here'))
    expect(error.message).toContain('ERR no *** here')
    expect(inspect(error)).not.toContain('hunter2')
  })

  it('gives up on a server that accepts and never answers', async () => {
    const { port } = await fakeServer(() => null)
    const error = await failureOf(`redis://:hunter2@127.0.0.1:${port}`, 100)
    expect(error).toMatchObject({ code: 'REDIS_TIMEOUT', exitCode: 3 })
  })

  it.each([
    ['an HTTP server', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'],
    ['garbage', '\u0000\u0001\u0002garbage\r\n'],
    ['a server that knows no INFO', "-ERR unknown command 'info'\r\n"],
    ['INFO of something else', bulk('server:memory-of-things\r\n')],
  ])('says that it is not Redis: %s', async (_, reply) => {
    const { port } = await fakeServer(() => reply)
    expect(await failureOf(`redis://127.0.0.1:${port}`)).toMatchObject({
      code: 'REDIS_PROTOCOL',
      exitCode: 2,
    })
  })

  it('says that it is not Redis when it hangs up on the first command', async () => {
    const { port } = await fakeServer((socket) => {
      socket.end()
      return null
    })
    expect(await failureOf(`redis://127.0.0.1:${port}`)).toMatchObject({ code: 'REDIS_PROTOCOL' })
  })

  it('names the version of one that is too old', async () => {
    const { port } = await fakeServer(() => bulk('# Server\r\nredis_version:6.0.16\r\n'))
    const error = await failureOf(`redis://127.0.0.1:${port}`)
    expect(error).toMatchObject({ code: 'REDIS_TOO_OLD', exitCode: 2 })
    expect(error.message).toContain('6.0.16')
    expect(error.next).toContain('6.2')
  })

  it('says that it is still loading', async () => {
    const { port } = await fakeServer(() => bulk('redis_version:7.2.0\r\nloading:1\r\n'))
    expect(await failureOf(`redis://127.0.0.1:${port}`)).toMatchObject({ code: 'REDIS_LOADING', exitCode: 3 })
  })

  it('says that it is a cluster node', async () => {
    const { port } = await fakeServer(() => bulk('redis_version:7.2.0\r\ncluster_enabled:1\r\n'))
    expect(await failureOf(`redis://127.0.0.1:${port}`)).toMatchObject({ code: 'REDIS_CLUSTER', exitCode: 2 })
  })

  it('says that it is a read-only replica', async () => {
    const own = await ownRedis()
    await withClient(own, (redis) => redis.call('REPLICAOF', '127.0.0.1', '1'))
    const error = await failureOf(own.url)
    expect(error).toMatchObject({ code: 'REDIS_NOT_WRITABLE', exitCode: 2 })
  })

  it('tells a missing password from a wrong one, and shows neither', async () => {
    const own = await ownRedis()
    await withClient(own, (redis) => redis.config('SET', 'requirepass', 'correct-horse'))
    const none = await failureOf(own.url)
    expect(none).toMatchObject({ code: 'REDIS_AUTH', exitCode: 2 })
    expect(none.message).toContain('needs a password')
    const wrong = await failureOf(own.url.replace('//', '//:hunter2@'))
    expect(wrong).toMatchObject({ code: 'REDIS_AUTH', exitCode: 2 })
    expect(wrong.message).toContain('does not accept')
    const control = await connectRedis(own.url.replace('//', '//:correct-horse@'))
    await control.close()
  })

  it('accepts a password that the server does not want', async () => {
    const own = await ownRedis()
    await (await connectRedis(own.url.replace('//', '//:hunter2@'))).close()
  })

  it('says that it is gone when it goes away later', async () => {
    const own = await ownRedis()
    const control = await connectRedis(own.url)
    await own.stop()
    await expect(control.snapshot()).rejects.toMatchObject({ code: 'REDIS_LOST', exitCode: 3 })
    await control.close()
  })
})

const NOTHING = { commands: {}, bytesIn: 0, bytesOut: 0, cpuUs: expect.any(Number) }

describe('a connected control', () => {
  let own: OwnRedis
  let control: RedisControl
  let client: Redis
  beforeAll(async () => {
    own = await startOwnRedis({ core: null })
    control = await connectRedis(own.url)
    client = new Redis(own.url, { protocol: 2, disableClientInfo: true, enableReadyCheck: false })
    await client.set('greeting', 'hello')
  })
  afterAll(async () => {
    client.disconnect()
    await control.close()
    await own.stop()
  })

  it('knows the process that it talks to', () => {
    expect(control).toMatchObject({ processIds: [own.pid], version: own.version, product: own.product })
    expect(control.isLocal).toBe(process.platform === 'linux')
  })

  it('counts nothing when nobody but itself does anything', async () => {
    const snapshots = []
    for (let index = 0; index < 12; index++) snapshots.push(await control.snapshot())
    await control.deletePrefix('nothing:')
    snapshots.push(await control.snapshot())
    for (const [index, after] of snapshots.entries()) {
      const before = snapshots[index - 1] ?? after
      expect(difference(before, after)).toEqual(NOTHING)
    }
  })

  it('counts exactly the commands and bytes of others', async () => {
    const before = await control.snapshot()
    for (let index = 0; index < 100; index++) await client.get('greeting')
    const use = difference(before, await control.snapshot())
    expect(use.commands).toEqual({ get: 100 })
    expect(use.bytesIn).toBe(100 * '*2\r\n$3\r\nget\r\n$8\r\ngreeting\r\n'.length)
    expect(use.bytesOut).toBe(100 * '$5\r\nhello\r\n'.length)
    expect(use.cpuUs).toBeGreaterThan(0)
  })

  it('takes its own traffic out even of a snapshot that was asked for in the middle of it', async () => {
    const before = await control.snapshot()
    const [, after] = await Promise.all([control.deletePrefix('nothing:'), control.snapshot()])
    expect(difference(before, after)).toEqual(NOTHING)
  })

  it('deletes what starts with the prefix, taken literally, and nothing else', async () => {
    const mine = Array.from({ length: 2_500 }, (_, index) => `run[1]*:${index}`)
    await client.mset(mine.flatMap((key) => [key, 'x']))
    await client.mset('run1:other', 'x', 'run[1]', 'x')
    expect(await control.deletePrefix('run[1]*:')).toBe(2_500)
    expect((await client.keys('*')).sort()).toEqual(['greeting', 'run1:other', 'run[1]'])
    expect(() => control.deletePrefix('')).toThrow(TypeError)
  })

  it('notices that the statistics were reset', async () => {
    const before = await control.snapshot()
    await client.config('RESETSTAT')
    const after = await control.snapshot()
    expect(() => difference(before, after)).toThrow('its statistics were reset')
  })
})

async function ownRedis(): Promise<OwnRedis> {
  const own = await startOwnRedis({ core: null })
  cleanUps.push(own.stop)
  return own
}

async function withClient(own: OwnRedis, work: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(own.url, { retryStrategy: null })
  await work(redis)
  redis.disconnect()
}

/** Everything that a person or a log could see of it must be free of the password. */
async function failureOf(url: string, deadlineMs?: number): Promise<AuthbenchError> {
  const error = await connectRedis(url, deadlineMs).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof AuthbenchError)) throw new Error(`expected an AuthbenchError, got ${inspect(error)}`)
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('hunter2')
  expect(error.next).not.toBe('')
  return error
}

async function fakeServer(answer: (socket: Socket) => string | null) {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', () => {
      const reply = answer(socket)
      if (reply !== null) socket.write(reply)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`
}
