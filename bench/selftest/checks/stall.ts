import { formatNumber } from '../../../src/units.ts'
import { type Check, judged, shown, targetOf } from '../check.ts'
import { quantileOf } from '../histogram-buckets.ts'
import { INSTANT, type Observed } from '../known-behaviour.ts'

const RATE = 1000
const MILLISECONDS = 4000
const CONNECTIONS = 16
const HOLD_US = 100
/** At this rate a stall every 2 seconds: two in the window. */
const STALL = { every: 2000, us: 200_000 } as const
const RELATIVE = 0.03

/**
 * Response times from the intended moment, of arrivals at a constant rate at a server that takes one request at a time, in
 * microseconds and in the order of arrival.
 *
 * Within one stall of S, an arrival u after its begin waits for the rest of the stall, and then for the lambda u requests that
 * came before it, each of which takes s; then it is served itself:
 *   T(u) = (S - u) + lambda s u + s,   0 <= u <= S,   lambda s < 1
 * After the stall the queue of lambda S requests shrinks by 1 - lambda s for each s, so that the formula holds on until the queue is
 * empty, at u = S / (1 - lambda s). Lindley's recursion says the same of any holds, exactly, and is what is computed here: of the very
 * schedule and of the holds that the server reports.
 *   W(k+1) = max(0, W(k) + s(k) - (a(k+1) - a(k))),   T(k) = W(k) + s(k)
 * Source: Lindley, "The theory of queues with a single server", Proc. Cambridge Phil. Soc. 48(2), 1952.
 */
export function responseTimes(holdsUs: readonly number[], gapUs: number): readonly number[] {
  let waitUs = 0
  return holdsUs.map((holdUs) => {
    const responseUs = waitUs + holdUs
    waitUs = Math.max(0, responseUs - gapUs)
    return responseUs
  })
}

/** The smallest value that so many are not above: what HDR histograms call a percentile. */
export function quantileOfValues(values: readonly number[], quantile: number): number {
  const ordered = values.toSorted((a, b) => a - b)
  return ordered[Math.max(0, Math.ceil(quantile * ordered.length) - 1)] ?? Number.NaN
}

const responsesOf = ({ holdsUs }: Observed): readonly number[] => responseTimes(holdsUs, 1_000_000 / RATE)

/** A server that stands still now and then: a client that waits for it must not forget those who would not have waited. */
export const stall: Check = {
  id: 'stall',
  title: 'response time with a stall of 200 ms every 2 s',
  engine: 'paced',
  timed: true,
  async run({ server, open }) {
    const load = await open('paced', targetOf(server, CONNECTIONS))
    await server.behave({ ...INSTANT, holdUs: HOLD_US, stall: STALL })
    const { latencyHdr, pacing } = await load.slice({
      milliseconds: MILLISECONDS,
      arrivals: { schedule: 'constant', ratePerSecond: RATE, seed: 1 },
    })
    const expected = responsesOf(await server.observe())
    const hiddenUs = pacing === null ? Number.NaN : quantileOf(pacing.serviceHdr, 0.99)
    const fromIntended = quantileOf(latencyHdr, 0.99)
    return [
      ...[0.99, 0.999].map((quantile) => {
        const exact = quantileOfValues(expected, quantile)
        return judged(
          {
            what: `p${quantile * 100}`,
            expected: exact,
            measured: quantileOf(latencyHdr, quantile),
            tolerance: RELATIVE * exact,
            unit: 'us',
          },
          `From the intended moment of ${formatNumber(expected.length)} requests; expected: Lindley's recursion over their schedule.`,
        )
      }),
      shown(
        'p99, service only',
        hiddenUs,
        'us',
        `Timed from the write, p99 is ${formatNumber(Math.round(hiddenUs / 100) / 10)} ms instead of ${formatNumber(Math.round(fromIntended / 100) / 10)} ms: a client that waits does not see the stall (coordinated omission).`,
      ),
    ]
  },
}
