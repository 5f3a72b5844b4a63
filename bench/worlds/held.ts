import { LIMITS } from '../../src/checks/limits.ts'
import { decodeHistogram, type LatencyHistogram } from '../../src/results/histogram.ts'
import type { DirectionSeen } from './punctuality.ts'

/** Both ways together. */
export const LATENESS_LIMIT_MS = LIMITS.lateness.invalid / 1000
/** Of what was asked. */
export const RATE_LIMIT = LIMITS.linkRate.invalid

export interface Asked {
  readonly roundTripMs: number
  readonly upBitsPerSecond: number | null
  readonly downBitsPerSecond: number | null
}

/** Since the last check. */
export interface Seen {
  readonly milliseconds: number
  /** Of connections that are open now. */
  readonly connections: number
  readonly up: DirectionSeen
  readonly down: DirectionSeen
}

/** That the proxy was ready to run and did not, in microseconds; null where the system does not tell. */
type WaitedUs = number | null

export interface DirectionCheck {
  readonly loads: number
  readonly bytes: number
  /** Milliseconds from due to handed over; null where nothing was. */
  readonly lateness: { readonly p50: number; readonly p90: number; readonly max: number } | null
  /** Can be merged with those of other windows. */
  readonly latenessHdr: string
  /** Null where the link was never busy long enough to tell. */
  readonly bitsPerSecond: number | null
}

export interface ProxyCheck {
  /** Whether delay and rate were what was asked. */
  readonly held: boolean
  /** What was not held, with its numbers; empty where all was. */
  readonly why: readonly string[]
  readonly milliseconds: number
  readonly connections: number
  /** Mean of a round trip's loads that came while the proxy waited for a processor: it sees them late, and delays them from then on. */
  readonly unseenMs: number | null
  readonly up: DirectionCheck
  readonly down: DirectionCheck
}

export function checkOf(
  asked: Asked,
  { milliseconds, connections, up, down }: Seen,
  waitedUs: WaitedUs,
): ProxyCheck {
  const directions = { up: directionCheck(up), down: directionCheck(down) }
  const loads = up.loads + down.loads
  // Two loads in a round trip, and for each two waits, of which one shows in its lateness.
  const unseenMs = waitedUs === null || loads === 0 ? null : waitedUs / 1000 / loads
  const why = [
    ...lateness(asked, directions.up, directions.down, unseenMs ?? 0),
    ...rate('up', asked.upBitsPerSecond, directions.up),
    ...rate('down', asked.downBitsPerSecond, directions.down),
  ]
  return { held: why.length === 0, why, milliseconds, connections, unseenMs, ...directions }
}

function directionCheck({ loads, bytes, latenessHdr, busy }: DirectionSeen): DirectionCheck {
  const histogram = decodeHistogram(latenessHdr)
  return {
    loads,
    bytes,
    lateness: loads === 0 ? null : latenessOf(histogram),
    latenessHdr,
    bitsPerSecond: busy === null ? null : (busy.bytes * 8000) / busy.milliseconds,
  }
}

function latenessOf(histogram: LatencyHistogram) {
  const ms = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1000
  return { p50: ms(50), p90: ms(90), max: histogram.maxValue / 1000 }
}

function lateness(
  { roundTripMs }: Asked,
  up: DirectionCheck,
  down: DirectionCheck,
  unseenMs: number,
): readonly string[] {
  const [there, back] = [up.lateness?.p90 ?? 0, down.lateness?.p90 ?? 0]
  if (there + back + unseenMs <= LATENESS_LIMIT_MS) return []
  return [
    `the round trip of ${roundTripMs} ms was not held: deliveries were late by ${there.toFixed(3)} ms up and ${back.toFixed(3)} ms down (p90), and noticed ${unseenMs.toFixed(3)} ms late (mean), more than ${LATENESS_LIMIT_MS} ms together`,
  ]
}

function rate(way: string, asked: number | null, { bitsPerSecond }: DirectionCheck): readonly string[] {
  if (asked === null || bitsPerSecond === null) return []
  const off = bitsPerSecond / asked - 1
  if (Math.abs(off) <= RATE_LIMIT) return []
  return [
    `the rate ${way} was not held: ${Math.round(bitsPerSecond)} bit/s instead of ${asked}, off by ${(off * 100).toFixed(1)} %, more than ${RATE_LIMIT * 100} %`,
  ]
}
