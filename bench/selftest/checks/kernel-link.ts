import { RATE_LIMIT } from '../../worlds/held.ts'
import { bytesIn } from '../../worlds/link.ts'
import { type Check, judged, type Outcome, shown } from '../check.ts'
import { payloadShare } from '../transfers/through-kernel.ts'

const LINKS = [
  { what: '768 kbit/s', bitsPerSecond: 768_000 },
  { what: '10 Mbit/s', bitsPerSecond: 10_000_000 },
] as const
const MILLISECONDS = 2000

/** The same bytes through the proxy and through a token bucket of the kernel, at the same rate. */
export const kernelLink: Check = {
  id: 'kernel-link',
  title: 'link of the proxy against one of the kernel (tc tbf)',
  engine: null,
  timed: true,
  async run({ transfer, throughKernel }) {
    const outcomes: Outcome[] = []
    for (const { what, bitsPerSecond } of LINKS) {
      const bytes = bytesIn(MILLISECONDS, bitsPerSecond)
      const kernel = await throughKernel(bytes, bitsPerSecond)
      if (typeof kernel === 'string') {
        return [
          shown('skipped', null, '', `This machine does not let us make a link of the kernel: ${kernel}.`),
        ]
      }
      const { downBitsPerSecond } = await transfer(
        { upBytes: 0, downBytes: bytes, connections: 1 },
        { roundTripMs: 0, upBitsPerSecond: null, downBitsPerSecond: bitsPerSecond },
      )
      // The proxy's rate is that of bytes inside of TCP.
      const expected = kernel / payloadShare / bitsPerSecond
      outcomes.push(
        judged(
          {
            what,
            expected,
            measured: downBitsPerSecond / bitsPerSecond,
            tolerance: RATE_LIMIT,
            unit: 'of the rate',
          },
          'The kernel counts whole frames; its figure has their headers in it.',
        ),
      )
    }
    return outcomes
  },
}
