import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { startRelay } from './relay.ts'

export interface Exercise {
  /** A load of others comes or goes; another one may follow within so long. */
  seen(withinMs: number): void
  /** Messages of its own that came back so far. */
  laps(): number
  close(): Promise<void>
}

const MESSAGE = Buffer.alloc(100)
const ROUND_TRIP_MS = 0.5
/** Somebody else's loads keep a proxy in practice as well. */
const RESTED_MS = 0.5

/**
 * What passes through a proxy that has rested is late, because code and caches have gone cold: by half a millisecond after 50 ms, where a
 * hot one is exact to some hundredths. So between two loads of others a message of its own goes back and forth on a way like theirs. Only as
 * long as the next one is due: what a proxy computes while its server is not measured, it takes from the one that is.
 */
export async function startExercise(): Promise<Exercise> {
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
  let lastMs = Number.NEGATIVE_INFINITY
  let untilMs = Number.NEGATIVE_INFINITY
  let isGoing = false
  let timer: NodeJS.Timeout | undefined
  const send = () => {
    const nowMs = performance.now()
    isGoing = nowMs < untilMs
    if (!isGoing) return
    if (nowMs - lastMs < RESTED_MS) timer = setTimeout(send, RESTED_MS)
    else near.write(MESSAGE)
  }
  let laps = 0
  near.on('data', () => {
    laps += 1
    send()
  })
  near.on('error', () => undefined)
  await once(near, 'connect')
  return {
    seen(withinMs) {
      lastMs = performance.now()
      untilMs = lastMs + withinMs
      if (isGoing) return
      isGoing = true
      timer = setTimeout(send, RESTED_MS)
    },
    laps: () => laps,
    async close() {
      clearTimeout(timer)
      near.destroy()
      for (const echo of echoes) echo.destroy()
      far.close()
      await relay.close()
    },
  }
}
