import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { startRelay } from './relay.ts'

export interface Exercise {
  close(): Promise<void>
}

const MESSAGE = Buffer.alloc(100)
const ROUND_TRIP_MS = 0.5
/** Somebody else's loads keep a proxy in practice as well. */
const RESTED_MS = 0.5

/**
 * What passes through a proxy that has rested is late, because code and caches have gone cold: by half a millisecond after 50 ms, where a
 * hot one is exact to some hundredths. So while nobody's loads pass, a message of its own goes back and forth on a way like theirs.
 * @param lastMs when the last load of others came or went, on the scale of performance.now()
 */
export async function exercise(lastMs: () => number): Promise<Exercise> {
  const echoes = new Set<Socket>()
  const far = createServer({ noDelay: true }, (socket) => {
    echoes.add(socket)
    socket.on('data', (bytes) => socket.write(bytes))
    socket.on('error', () => undefined)
  })
  far.listen(0, '127.0.0.1')
  await once(far, 'listening')
  const address = far.address()
  if (address === null || typeof address === 'string') throw new Error('the exercise has no port')
  const to = { host: '127.0.0.1', port: address.port }
  const rates = { upBitsPerSecond: null, downBitsPerSecond: null }
  const relay = await startRelay({ ...rates, to, roundTripMs: ROUND_TRIP_MS })
  const near = connect({ host: '127.0.0.1', port: relay.port, noDelay: true })
  let timer: NodeJS.Timeout | undefined
  const send = () => {
    if (performance.now() - lastMs() < RESTED_MS) timer = setTimeout(send, RESTED_MS)
    else near.write(MESSAGE)
  }
  near.on('connect', send)
  near.on('data', send)
  near.on('error', () => undefined)
  return {
    async close() {
      clearTimeout(timer)
      near.destroy()
      for (const echo of echoes) echo.destroy()
      far.close()
      await relay.close()
    },
  }
}
