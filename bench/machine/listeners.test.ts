import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { listenersOn } from './listeners.ts'

const shown = process.platform === 'linux'

test.runIf(shown).each(['127.0.0.1', '::1'])(
  'the process that listens on %s is found, and no other',
  async (host) => {
    const server = createServer().listen(0, host)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(listenersOn(port)).toEqual([process.pid])
    server.close()
    await once(server, 'close')
    expect(listenersOn(port)).toEqual([])
  },
)
