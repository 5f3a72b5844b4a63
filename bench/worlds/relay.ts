import { connect, createServer, type Socket } from 'node:net'
import { Alarm } from './alarm.ts'
import type { Asked, Seen } from './held.ts'
import { bytesIn, bytesOf, type Delivery, Link, type Load } from './link.ts'
import { Tally } from './punctuality.ts'

export interface RelayOptions extends Asked {
  readonly to: { readonly host: string; readonly port: number }
  /** Whenever a load comes or goes. */
  readonly onLoad?: () => void
}

export interface Relay {
  readonly port: number
  /** Since the last time; counting begins anew. */
  seen(): Seen
  close(): Promise<void>
}

/** What a passage takes beyond its delay: to be woken, to read and to write. It is part of the delay. */
const PASSAGE_MS = 0.05
/** Beside what is under way on the link: enough that it never waits for a sender that has more. */
const BUFFER_BYTES = 65_536
const BUFFER_MS = 20
/** Without a rate nothing says how much can be under way. */
const UNLIMITED_BUFFER_BYTES = 4_194_304

interface Lane {
  readonly from: Socket
  readonly to: Socket
  readonly link: Link<Lane>
  readonly limitBytes: number
  /** Nothing of the connection arrives before: it is still being opened. */
  readonly opensMs: number
  heldBytes: number
}

function bufferBytes(roundTripMs: number, bitsPerSecond: number | null): number {
  if (bitsPerSecond === null) return UNLIMITED_BUFFER_BYTES
  return bytesIn(roundTripMs, bitsPerSecond) + Math.max(BUFFER_BYTES, bytesIn(BUFFER_MS, bitsPerSecond))
}

/** A link between whoever connects to its port and one address: everything that goes through is late by the delay, and no faster than the rate. */
export async function startRelay({
  to,
  roundTripMs,
  upBitsPerSecond,
  downBitsPerSecond,
  onLoad,
}: RelayOptions): Promise<Relay> {
  const sockets = new Set<Socket>()
  const direction = (bitsPerSecond: number | null) => ({
    link: new Link<Lane>({ delayMs: Math.max(0, roundTripMs / 2 - PASSAGE_MS), bitsPerSecond }),
    limitBytes: bufferBytes(roundTripMs, bitsPerSecond),
    tally: new Tally(),
  })
  const up = direction(upBitsPerSecond)
  const down = direction(downBitsPerSecond)
  let countedFromMs = performance.now()

  const alarm = new Alarm(() => {
    for (const { link, tally } of [up, down]) {
      for (let next = link.take(performance.now()); next !== null; next = link.take(performance.now())) {
        deliver(next, tally)
      }
    }
    arm()
  })
  const arm = () => alarm.set(Math.min(up.link.nextMs(), down.link.nextMs()))

  function deliver({ lane, load, dueMs, busySinceMs }: Delivery<Lane>, tally: Tally): void {
    const { to } = lane
    const bytes = bytesOf(load)
    if (load === 'reset') to.resetAndDestroy()
    else if (to.destroyed || to.writableEnded) release(lane, bytes)
    else if (load === 'end') to.end()
    else {
      to.write(load, () => release(lane, bytes))
      tally.count(bytes, dueMs + PASSAGE_MS, performance.now(), busySinceMs)
      onLoad?.()
    }
  }

  function release(lane: Lane, bytes: number): void {
    lane.heldBytes -= bytes
    if (lane.from.isPaused() && lane.heldBytes <= lane.limitBytes / 2) lane.from.resume()
  }

  function forward(lane: Lane): void {
    const { from, link, limitBytes, opensMs } = lane
    const push = (load: Load) => {
      link.push(lane, load, Math.max(performance.now(), opensMs))
      arm()
      onLoad?.()
    }
    from.on('data', (chunk) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      lane.heldBytes += bytes.length
      push(bytes)
      if (lane.heldBytes > limitBytes) from.pause()
    })
    from.on('end', () => push('end'))
    from.on('error', () => undefined)
    from.on('close', (broken: boolean) => {
      sockets.delete(from)
      if (broken || !from.readableEnded) push('reset')
    })
    sockets.add(from)
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const target = connect({ ...to, allowHalfOpen: true, noDelay: true })
    const nowMs = performance.now()
    // The kernel has opened the connection at once. Over the distance the client could send after one round trip, and the target, which
    // hears of it half a round trip later, after one and a half.
    const lane = { heldBytes: 0 }
    forward({ ...up, ...lane, from: client, to: target, opensMs: nowMs + roundTripMs })
    forward({ ...down, ...lane, from: target, to: client, opensMs: nowMs + 1.5 * roundTripMs })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')

  return {
    port: address.port,
    seen() {
      const nowMs = performance.now()
      const milliseconds = nowMs - countedFromMs
      countedFromMs = nowMs
      return { milliseconds, connections: sockets.size / 2, up: up.tally.take(), down: down.tally.take() }
    },
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await alarm.stop()
    },
  }
}
