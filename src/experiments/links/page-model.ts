import type { Link } from '../../worlds/world.ts'

/** As many as browsers open to one host over HTTP/1.1. */
export const CONNECTIONS = 6
/** TCP payload of one packet on Ethernet: connections take turns after as much. */
const SEGMENT_BYTES = 1460

export interface Page {
  readonly protocol: 'http1' | 'http2'
  readonly requests: number
  /** The connections have to be opened first. */
  readonly cold: boolean
  /** Of all requests and answers together. */
  readonly upBytes: number
  readonly downBytes: number
}

type Rates = Pick<Link, 'roundTripMs' | 'upBitsPerSecond' | 'downBitsPerSecond'>

const millisecondsOf = (bytes: number, bitsPerSecond: number): number => (bytes * 8000) / bitsPerSecond

/**
 * Milliseconds that a link takes for a page: bytes over rate, and round trips. What the server does meanwhile is not in it, and neither is
 * the slow start of TCP.
 */
export function pageMs(page: Page, link: Rates): number {
  const opening = page.cold ? link.roundTripMs : 0
  return opening + (page.protocol === 'http2' ? atOnceMs(page, link) : inTurnsMs(page, link))
}

/** All requests leave at once: they follow each other up, their answers follow each other down, and one waits for the slower direction. */
function atOnceMs({ requests, upBytes, downBytes }: Page, link: Rates): number {
  const up = millisecondsOf(upBytes / requests, link.upBitsPerSecond)
  const down = millisecondsOf(downBytes / requests, link.downBitsPerSecond)
  return link.roundTripMs + up + down + (requests - 1) * Math.max(up, down)
}

interface Waiting {
  readonly connection: number
  readonly atMs: number
  readonly leftBytes: number
}

/** Each connection sends its next request when it has its answer; segments of requests that leave together take turns. */
function inTurnsMs({ requests, upBytes, downBytes }: Page, link: Rates): number {
  const [request, answer] = [upBytes / requests, downBytes / requests]
  const ofConnection = (connection: number, atMs: number): Waiting => ({
    connection,
    atMs,
    leftBytes: request,
  })
  const connections = Math.min(CONNECTIONS, requests)
  let waiting = Array.from({ length: connections }, (_, connection) => ofConnection(connection, 0))
  let left = requests - connections
  let [upFreeMs, downFreeMs, lastMs] = [0, 0, 0]
  for (let next = firstOf(waiting); next !== undefined; next = firstOf(waiting)) {
    const { connection } = next
    const bytes = Math.min(SEGMENT_BYTES, next.leftBytes)
    const leftBytes = next.leftBytes - bytes
    const startMs = Math.max(upFreeMs, next.atMs)
    upFreeMs = startMs + millisecondsOf(bytes, link.upBitsPerSecond)
    waiting = waiting.filter((each) => each !== next)
    if (leftBytes > 0) {
      // Behind whoever waits by now.
      waiting.push({ connection, leftBytes, atMs: startMs })
      continue
    }
    // The server answers at once, and the answers follow each other down.
    downFreeMs =
      Math.max(downFreeMs, upFreeMs + link.roundTripMs / 2) + millisecondsOf(answer, link.downBitsPerSecond)
    lastMs = downFreeMs + link.roundTripMs / 2
    if (left > 0) {
      left -= 1
      waiting.push(ofConnection(connection, lastMs))
    }
  }
  return lastMs
}

/** Whoever has waited longest. */
const firstOf = (waiting: readonly Waiting[]): Waiting | undefined =>
  waiting.toSorted((a, b) => a.atMs - b.atMs)[0]
