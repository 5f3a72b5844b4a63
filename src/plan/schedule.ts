import { AuthbenchError } from '../results/errors.ts'
import { seededRandom } from './random.ts'

/** More would not be a window but a run, and its times alone would fill memory. */
const MOST_ARRIVALS = 10_000_000

export interface Schedule {
  /** `poisson`: exponential gaps, as independent users give; `constant`: equal gaps, the first one halved. */
  readonly schedule: 'poisson' | 'constant'
  readonly ratePerSecond: number
  /** Whole number; only `poisson` uses it. */
  readonly seed: number
  /** Absent: all of it. Otherwise the part of one of several senders, whose parts together are the whole. */
  readonly share?: { readonly index: number; readonly of: number }
}

/** Who sends what must not depend on when. */
const SHARE_SEED = 0x5bd1_e995

/**
 * When requests are to be sent: ascending, in [0, milliseconds), from the start of the window. A longer window with the same seed
 * begins with the same times. A `poisson` window may hold none.
 * @throws AuthbenchError ARRIVALS_INVALID
 */
export function arrivalTimes(
  { schedule, ratePerSecond, seed, share }: Schedule,
  milliseconds: number,
): Float64Array {
  const gapMs = 1000 / ratePerSecond
  if (!(gapMs > 0 && Number.isFinite(gapMs) && milliseconds > 0 && milliseconds / gapMs <= MOST_ARRIVALS)) {
    throw new AuthbenchError(
      'ARRIVALS_INVALID',
      `${ratePerSecond} requests per second for ${milliseconds} ms is not a load that can be sent`,
      {
        next: `Choose a positive rate and window with at most ${MOST_ARRIVALS.toLocaleString('en')} requests together.`,
      },
    )
  }
  const times: number[] = []
  if (schedule === 'constant') {
    // Multiplied, not added up: an error of rounding must not grow with the window.
    for (let time = gapMs / 2; time < milliseconds; time = (times.length + 0.5) * gapMs) times.push(time)
  } else {
    const random = seededRandom(seed)
    // Inverse of the exponential distribution function (Devroye, Non-Uniform Random Variate Generation, 1986, II.2.1).
    const gap = () => -Math.log1p(-random()) * gapMs
    for (let time = gap(); time < milliseconds; time += gap()) times.push(time)
  }
  if (share === undefined) return Float64Array.from(times)
  // A Poisson process that is thinned at random is one again (Kingman, Poisson Processes, 1993, section 5.1).
  const drawn = seededRandom(seed ^ SHARE_SEED)
  return Float64Array.from(times.filter(() => Math.floor(drawn() * share.of) === share.index))
}
