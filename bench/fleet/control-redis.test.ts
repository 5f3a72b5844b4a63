import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { connectControl, PREFIX } from './control.ts'
import { freePlace, newMeeting, startControlRedis } from './control-redis.ts'
import { listenAddress } from './of-run.ts'

const joinFile = (join: ReturnType<typeof newMeeting>['join']) => ({
  schema: 'authbench/join@1' as const,
  ...join,
  authbench: '',
  node: '',
})

describe('where a fleet meets', () => {
  it.each([
    ['a name of the machine', 'localhost', 'localhost'],
    ['every address, by a name that only agents know', '0.0.0.0', 'fleet.load.example'],
  ])('may be %s', async (_, listen, host) => {
    const { address, port } = await freePlace(listen, 0)
    const meeting = newMeeting(host, port)
    const control = await startControlRedis(meeting, address)
    try {
      const join = joinFile(meeting.join)
      const redis = await connectControl(join, false, '127.0.0.1')
      expect(await redis.get(`${PREFIX}:fleet`)).toBe(join.fleet)
      redis.disconnect()
      const other = { ...join, host: 'other.load.example' }
      await expect(connectControl(other, false, '127.0.0.1')).rejects.toMatchObject({
        code: 'FLEET_UNREACHABLE',
        message: expect.stringContaining('certificate is of another fleet'),
      })
    } finally {
      await control.stop()
    }
  })

  it('is proved by a certificate of its name, or of its address', () => {
    const of = (host: string) => new X509Certificate(newMeeting(host, 7000).join.certificate)
    expect(of('fleet').checkHost('fleet')).toBe('fleet')
    expect(of('fleet').checkHost('fleet.example')).toBeUndefined()
    expect(of('10.0.0.1').checkIP('10.0.0.1')).toBe('10.0.0.1')
  })

  it.each(['0.0.0.0', '::', 'fd00::1', 'a b', 'a\nuser default on', '-a', ''])(
    'cannot be %j for agents',
    (host) => {
      expect(() => newMeeting(host, 7000)).toThrow(expect.objectContaining({ code: 'FLEET_ADDRESS_INVALID' }))
    },
  )

  it('is refused where the machine has no such address or name, and where the port is taken', async () => {
    const taken = createServer().listen({ host: '127.0.0.1', port: 0 })
    await once(taken, 'listening')
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    for (const [host, wanted] of [
      ['203.0.113.1', 0],
      ['no.such.invalid', 0],
      ['127.0.0.1', port],
    ] as const)
      await expect(freePlace(host, wanted)).rejects.toMatchObject({
        code: 'FLEET_ADDRESS_INVALID',
        exitCode: 2,
      })
    taken.close()
    await once(taken, 'close')
  })
})

describe('where servers of a run listen', () => {
  it('is an address, also by a name', async () => {
    expect(await listenAddress({})).toBeNull()
    expect(await listenAddress({ listen: '127.0.0.1' })).toBe('127.0.0.1')
    expect(await listenAddress({ listen: 'localhost' })).toBe('127.0.0.1')
  })

  it.each(['0.0.0.0', '203.0.113.1'])('is not %s', async (listen) => {
    await expect(listenAddress({ listen })).rejects.toMatchObject({ code: 'FLEET_ADDRESS_INVALID' })
  })
})
