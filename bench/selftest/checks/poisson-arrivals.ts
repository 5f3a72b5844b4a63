import { arrivalTimes } from '../../../src/plan/schedule.ts'
import { type Check, judged, targetOf } from '../check.ts'
import { INSTANT } from '../known-behaviour.ts'

/** So slow that a request which goes out a little late does not change the shape of the gaps. */
const ARRIVALS = { schedule: 'poisson', ratePerSecond: 500, seed: 1 } as const
const MILLISECONDS = 3000
const CONNECTIONS = 64
const MEAN_TOLERANCE = 0.01

/**
 * Largest distance between the distribution of the gaps and the exponential one with that mean (Kolmogorov, "Sulla determinazione
 * empirica di una legge di distribuzione", Giornale dell'Istituto Italiano degli Attuari 4, 1933).
 */
export function distanceFromExponential(gaps: readonly number[], mean: number): number {
  const ordered = gaps.toSorted((a, b) => a - b)
  return ordered.reduce((largest, gap, index) => {
    const expected = -Math.expm1(-gap / mean)
    return Math.max(largest, expected - index / gaps.length, (index + 1) / gaps.length - expected)
  }, 0)
}

/** What exponential gaps exceed in 1 of 100 schedules; for many gaps. */
const largestDistance = (count: number): number => 1.6276 / Math.sqrt(count)

export const gapsOf = (times: ArrayLike<number>): readonly number[] =>
  Array.from(times)
    .slice(1)
    .map((time, index) => time - (times[index] ?? Number.NaN))

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Independent users, as the server sees them come. */
export const poisson: Check = {
  id: 'poisson',
  title: 'random arrivals',
  engine: 'paced',
  timed: true,
  async run({ server, open }) {
    const load = await open('paced', targetOf(server, CONNECTIONS))
    await server.behave({ ...INSTANT, poll: true })
    await load.slice({ milliseconds: MILLISECONDS / 4, arrivals: { ...ARRIVALS, schedule: 'constant' } })
    await server.behave({ ...INSTANT, poll: true })
    await load.slice({ milliseconds: MILLISECONDS, arrivals: ARRIVALS })
    const { arrivalsUs } = await server.observe()
    await server.behave(INSTANT)
    const scheduled = arrivalTimes(ARRIVALS, MILLISECONDS)
    const wantedUs = meanOf(gapsOf(scheduled)) * 1000
    const gaps = gapsOf(arrivalsUs)
    return [
      judged(
        {
          what: 'count',
          expected: scheduled.length,
          measured: arrivalsUs.length,
          tolerance: 0,
          unit: 'requests',
        },
        'Requests that reached the server, against the seeded schedule.',
      ),
      judged(
        {
          what: 'mean gap',
          expected: wantedUs,
          measured: meanOf(gaps),
          tolerance: MEAN_TOLERANCE * wantedUs,
          unit: 'us',
        },
        'Between requests as the server saw them, against the seeded schedule.',
      ),
      judged(
        {
          what: 'shape',
          expected: 0,
          measured: distanceFromExponential(gaps, 1_000_000 / ARRIVALS.ratePerSecond),
          tolerance: largestDistance(gaps.length),
          unit: 'distance',
        },
        'Kolmogorov-Smirnov distance of the gaps from the exponential distribution, with the limit of 1 %.',
      ),
    ]
  },
}
