import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** As long as a lookup in a store. */
const MESSAGE = Buffer.alloc(100, 'x')

export interface AwakeEnds {
  readonly port: number
  /**
   * One message after another to the port, which leads back to these ends, and its echo.
   * @param pauseMs from each echo to the next message
   * @returns microseconds from before the write to the arrival of the echo, of each
   */
  roundTrips(port: number, messages: number, pauseMs: number): Promise<readonly number[]>
  close(): Promise<void>
}

/**
 * Both ends of a way in one process, on one clock. Awake as long as a message is under way: an end that slept is woken late, which would
 * look like the way's doing.
 */
export async function awakeEnds(): Promise<AwakeEnds> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes) => socket.write(bytes))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the far end has no port')
  return {
    port: address.port,
    roundTrips,
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function roundTrips(port: number, messages: number, pauseMs: number): Promise<readonly number[]> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>()
  const taken: number[] = []
  let sentMs = 0
  let arrived = 0
  let sendAtMs = 0
  let turn: NodeJS.Immediate | undefined
  const stayAwake = () => {
    turn = setImmediate(stayAwake)
    const nowMs = performance.now()
    if (nowMs < sendAtMs) return
    sendAtMs = Number.POSITIVE_INFINITY
    sentMs = nowMs
    socket.write(MESSAGE)
  }
  socket.on('connect', stayAwake)
  socket.on('data', (bytes) => {
    arrived += bytes.length
    if (arrived < MESSAGE.length) return
    taken.push((performance.now() - sentMs) * 1000)
    arrived = 0
    sendAtMs = performance.now() + pauseMs
    if (taken.length === messages) resolve(taken)
  })
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('the way between the ends was closed')))
  try {
    return await promise
  } finally {
    clearImmediate(turn)
    socket.destroy()
  }
}
