import { formatNumber } from '../../../src/units.ts'
import type { SlicePacing } from '../../load/engine.ts'
import { type Check, judged, type Outcome, shown, targetOf } from '../check.ts'
import { quantileOf } from '../histogram-buckets.ts'
import { INSTANT, type Observed } from '../known-behaviour.ts'

const RATES = [
  { ratePerSecond: 1000, judge: true },
  { ratePerSecond: 5000, judge: true },
  // More than many machines have to give.
  { ratePerSecond: 20_000, judge: false },
] as const
const MILLISECONDS = 1000
const CONNECTIONS = 64
const WARM_UP_RATE = 3000
/** Of achieved over target. Faster than asked is as wrong as slower. */
const TOLERANCE = 0.01

/** A client that is late with every request measures itself. Many times what an undisturbed one needs. */
const MEDIAN_LAG_US = 50

/** Requests per second that reached the server, from the first to the last. */
export function seenRate({ arrivalsUs }: Observed): number {
  const [first = Number.NaN] = arrivalsUs
  return ((arrivalsUs.length - 1) * 1_000_000) / ((arrivalsUs.at(-1) ?? Number.NaN) - first)
}

/** How late requests go out, and whether all of them do. */
export const pacing: Check = {
  id: 'pacing',
  title: 'requests sent when they are due',
  engine: 'paced',
  timed: true,
  async run({ server, open }) {
    const load = await open('paced', targetOf(server, CONNECTIONS))
    const send = (ratePerSecond: number) =>
      load.slice({ milliseconds: MILLISECONDS, arrivals: { schedule: 'constant', ratePerSecond, seed: 1 } })
    await server.behave({ ...INSTANT, poll: true })
    await send(WARM_UP_RATE)
    const outcomes: Outcome[] = []
    for (const { ratePerSecond, judge } of RATES) {
      await server.behave({ ...INSTANT, poll: true })
      const slice = await send(ratePerSecond)
      outcomes.push(...outcomesOf(ratePerSecond, judge, slice.pacing, await server.observe()))
    }
    await server.behave(INSTANT)
    return outcomes
  },
}

function outcomesOf(
  ratePerSecond: number,
  judge: boolean,
  seen: SlicePacing | null,
  observed: Observed,
): readonly Outcome[] {
  const what = `${formatNumber(ratePerSecond)}/s`
  const byServer = seenRate(observed) / ratePerSecond
  const byEngine = seen === null ? Number.NaN : seen.achievedRate / ratePerSecond
  // Of what the engine says and what the server saw, the one that is further off.
  const measured = Math.abs(byServer - 1) > Math.abs(byEngine - 1) ? byServer : byEngine
  const rate = `The server saw ${byServer.toFixed(4)} of the rate, the engine says ${byEngine.toFixed(4)}.`
  const lag = (quantile: number) => (seen === null ? Number.NaN : quantileOf(seen.lagHdr, quantile))
  const whole = (us: number) => formatNumber(Math.round(us))
  return [
    judge
      ? judged({ what, expected: 1, measured, tolerance: TOLERANCE, unit: 'of the rate' }, rate)
      : shown(what, measured, 'of the rate', rate),
    ...(judge
      ? [
          judged(
            {
              what: `${what} median lag`,
              expected: 0,
              measured: lag(0.5),
              tolerance: MEDIAN_LAG_US,
              unit: 'us',
            },
            'The median of the time from due to sent, of requests that found a free connection.',
          ),
        ]
      : []),
    shown(
      `${what} lag`,
      lag(0.99),
      'us',
      `p99 of the time from due to sent; p90 is ${whole(lag(0.9))} µs, and ${seen?.queued ?? 0} of ${seen?.arrivals ?? 0} requests found no free connection.`,
    ),
  ]
}
