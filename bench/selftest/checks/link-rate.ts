import { RATE_LIMIT } from '../../worlds/held.ts'
import { bytesIn } from '../../worlds/link.ts'
import { type Check, judged, type Outcome } from '../check.ts'

const MBIT = 1_000_000
/** Downwards; upwards it is half of it, as on most lines. */
const LINKS = [
  { down: '768 kbit/s', up: '384 kbit/s', bitsPerSecond: 0.768 * MBIT, connections: 1 },
  { down: '10 Mbit/s', up: '5 Mbit/s', bitsPerSecond: 10 * MBIT, connections: 4 },
  { down: '100 Mbit/s', up: '50 Mbit/s', bitsPerSecond: 100 * MBIT, connections: 4 },
] as const
const UP_SHARE = 0.5
const ROUND_TRIP_MS = 20
const MILLISECONDS = 1500

/** Bytes over time at the receiver, both ways at once. */
export const linkRate: Check = {
  id: 'link-rate',
  title: 'rate of the link that the proxy puts in between',
  engine: null,
  timed: true,
  async run({ transfer }) {
    const outcomes: Outcome[] = []
    for (const { down, up, bitsPerSecond, connections } of LINKS) {
      const asked = {
        roundTripMs: ROUND_TRIP_MS,
        upBitsPerSecond: bitsPerSecond * UP_SHARE,
        downBitsPerSecond: bitsPerSecond,
      }
      const seen = await transfer(
        {
          upBytes: bytesIn(MILLISECONDS, asked.upBitsPerSecond),
          downBytes: bytesIn(MILLISECONDS, asked.downBitsPerSecond),
          connections,
        },
        asked,
      )
      const figure = (what: string, measured: number, expected: number) =>
        judged(
          {
            what,
            expected: 1,
            measured: measured / expected,
            tolerance: RATE_LIMIT,
            unit: 'of the rate',
          },
          `${connections === 1 ? 'One connection' : `${connections} connections together`}, bytes over time where they arrive.`,
        )
      outcomes.push(
        figure(down, seen.downBitsPerSecond, asked.downBitsPerSecond),
        figure(up, seen.upBitsPerSecond, asked.upBitsPerSecond),
      )
    }
    return outcomes
  },
}
