import type { Link } from './world.ts'

/** Two of the handshakes of TCP and TLS 1.3, one of the request, one to spare. */
const ROUND_TRIPS = 4
/** What a handshake of TLS and an answer have each way, with a certificate of a few hundred bytes; twice what was seen. */
const HANDSHAKE_BYTES = 2048

/**
 * How much longer than without the link it takes until so many connections have had their first answer: they share its rate.
 * @param requestBytes of the largest request
 */
export function openingMs(link: Link, connections: number, requestBytes: number): number {
  const { roundTripMs, upBitsPerSecond, downBitsPerSecond } = link
  const seconds =
    (HANDSHAKE_BYTES + requestBytes) / (upBitsPerSecond / 8) + HANDSHAKE_BYTES / (downBitsPerSecond / 8)
  return ROUND_TRIPS * roundTripMs + connections * seconds * 1000
}
