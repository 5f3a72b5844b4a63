import { medianOf } from '../../../src/stats/median.ts'
import { formatNumber } from '../../../src/units.ts'
import { LATENESS_LIMIT_MS } from '../../worlds/held.ts'
import { type Check, judged, type Outcome, type Passage } from '../check.ts'

const DELAYS = [
  { what: '0.2 ms', roundTripMs: 0.2, messages: 1500 },
  { what: '1 ms', roundTripMs: 1, messages: 1000 },
  { what: '5 ms', roundTripMs: 5, messages: 200 },
  { what: '50 ms', roundTripMs: 50, messages: 40 },
  { what: '200 ms', roundTripMs: 200, messages: 15 },
] as const
/** The ends compile what they run. */
const WARM_UP_MESSAGES = 5000
const TOLERANCE_US = LATENESS_LIMIT_MS * 1000

type Delay = (typeof DELAYS)[number]

/**
 * Round trips through the proxy, against those of the same ends with nothing in between and a pause as long: a pause makes the next message
 * slow by itself.
 */
export const distance: Check = {
  id: 'distance',
  title: 'distance that the delay proxy puts in between',
  engine: null,
  timed: true,
  async run({ pass }) {
    await pass(WARM_UP_MESSAGES, null)
    const outcomes: Outcome[] = []
    for (const delay of DELAYS) {
      const { roundTripMs, messages } = delay
      const bare = await pass(messages, null, roundTripMs)
      const passage = await pass(messages, { roundTripMs, upBitsPerSecond: null, downBitsPerSecond: null })
      outcomes.push(...outcomesOf(delay, passage, bare))
    }
    return outcomes
  },
}

function ninetieth(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.ceil(sorted.length * 0.9) - 1] ?? Number.NaN
}

function outcomesOf(
  { what, roundTripMs }: Delay,
  { roundTripsUs, proxy }: Passage,
  bare: Passage,
): readonly Outcome[] {
  const sentence = `By its own account the proxy was late by ${us(proxy?.up.lateness?.p90)} µs up and ${us(proxy?.down.lateness?.p90)} µs down (p90).`
  const figure = (name: string, of: (values: readonly number[]) => number) =>
    judged(
      {
        what: name,
        expected: roundTripMs * 1000 + of(bare.roundTripsUs.slice(1)),
        // The first answer of a connection waits for it to be opened.
        measured: of(roundTripsUs.slice(1)),
        tolerance: TOLERANCE_US,
        unit: 'us',
      },
      sentence,
    )
  return [figure(what, medianOf), figure(`${what} p90`, ninetieth)]
}

const us = (ms: number | undefined): string => (ms === undefined ? '?' : formatNumber(Math.round(ms * 1000)))
