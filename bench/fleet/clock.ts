import { monotonicUs } from '../load/start-time.ts'
import type { ControlConnection } from './control.ts'

/** How far the clock of the control Redis is ahead of this machine's monotonic one. */
export interface Offset {
  readonly offsetUs: number
  /** The truth is not farther away. */
  readonly boundUs: number
  /** Of the monotonic clock. */
  readonly atUs: number
}

/** Crystals part by less than this (NTP's tolerance PHI is 15 ppm; RFC 5905 section 7.3). */
const DRIFT = 1e-4
const KEPT = 32

/** What Redis says of its time, between two moments of here: half the round trip bounds the error (Cristian, Distributed Computing 3, 1989). */
export function offsetOf(
  beforeUs: number,
  [seconds, microseconds]: readonly [number, number],
  afterUs: number,
): Offset {
  const middle = (beforeUs + afterUs) / 2
  return {
    offsetUs: seconds * 1e6 + microseconds - middle,
    boundUs: (afterUs - beforeUs) / 2,
    atUs: afterUs,
  }
}

/** The clock of the control Redis, as it is known here: the best of the last samples, each of which ages (the filter of NTP, RFC 5905 section 10). */
export class SharedClock {
  readonly #redis: Pick<ControlConnection, 'time'>
  #samples: Offset[] = []

  constructor(redis: Pick<ControlConnection, 'time'>) {
    this.#redis = redis
  }

  async sample(times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      const before = monotonicUs()
      const [seconds, microseconds] = await this.#redis.time()
      this.#samples = agreeing(
        this.#samples,
        offsetOf(before, [Number(seconds), Number(microseconds)], monotonicUs()),
      ).slice(-KEPT)
    }
  }

  now(): Offset {
    return best(this.#samples, monotonicUs())
  }
}

/** Whether both can be true: a clock that was set, or a machine that slept, lies between samples that contradict each other. */
export function agrees(one: Offset, other: Offset): boolean {
  const bound = one.boundUs + other.boundUs + Math.abs(one.atUs - other.atUs) * DRIFT
  return Math.abs(one.offsetUs - other.offsetUs) <= bound
}

/** Those before that the latest does not contradict, and it. */
export const agreeing = (samples: readonly Offset[], latest: Offset): Offset[] => [
  ...samples.filter((sample) => agrees(sample, latest)),
  latest,
]

/** The sample whose error is bounded closest, at a moment of the monotonic clock. */
export function best(samples: readonly Offset[], nowUs: number): Offset {
  const aged = samples.map((sample) => ({
    ...sample,
    boundUs: sample.boundUs + (nowUs - sample.atUs) * DRIFT,
  }))
  return aged.reduce((one, other) => (other.boundUs < one.boundUs ? other : one))
}
