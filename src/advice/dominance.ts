import type { Difference } from './facts/differences.ts'
import type { StrategyFacts } from './facts/facts.ts'
import type { Outlook } from './outlook.ts'

/** Of one to the other. `same`: no difference is shown. `unknown`: something needed for it was not measured. */
export type Standing = 'better' | 'worse' | 'same' | 'unknown'
export interface Relation {
  readonly cpu: Standing
  readonly latency: Standing
  readonly bytes: Standing
  readonly memory: Standing
}
export interface Entrant {
  readonly facts: StrategyFacts
  readonly outlook: Outlook
}

/**
 * How one stands to the other in each cost. A difference counts only where its whole interval lies outside of the noise.
 * Runs inside of a report's page as well: it may refer to its arguments only.
 * @param measured differences of one less the other, in microseconds
 */
export function relationOf(
  one: Entrant,
  other: Entrant,
  measured: { readonly cpu: Difference | null; readonly p50: Difference | null },
): Relation {
  const timed = (
    difference: Difference | null,
    addedUs: number,
    oneIsWhole: boolean,
    otherIsWhole: boolean,
  ): Standing => {
    if (difference === null) return 'unknown'
    const { low, high, noise } = difference
    // What lacks a part can only be higher than what is known of it.
    if (low + addedUs > noise) return otherIsWhole ? 'worse' : 'unknown'
    if (high + addedUs < -noise) return oneIsWhole ? 'better' : 'unknown'
    return oneIsWhole ? 'same' : 'unknown'
  }
  const counted = (a: number | null, b: number | null): Standing => {
    // Measured for neither: it decides nothing.
    if (a === null || b === null) return a === b ? 'same' : 'unknown'
    return a < b ? 'better' : a > b ? 'worse' : 'same'
  }
  const kept = (): Standing => {
    const [a, b] = [one.facts.keeps, other.facts.keeps]
    if (a === null || b === null) return a === b ? 'same' : a === null ? 'better' : 'worse'
    const alike = a.entriesFor !== null && a.entriesFor === b.entriesFor && !a.fixed && !b.fixed
    if (!alike && a.what !== b.what) return 'unknown'
    const [mine, theirs] = [one.outlook.entryBytes?.measured, other.outlook.entryBytes?.measured]
    // Entries of the same kind, not weighed: nothing is shown.
    if (mine === undefined || theirs === undefined) return 'same'
    if (mine.high === null || theirs.high === null || mine.low === null || theirs.low === null) return 'same'
    return mine.high < theirs.low ? 'better' : mine.low > theirs.high ? 'worse' : 'same'
  }
  return {
    cpu: timed(
      measured.cpu,
      one.outlook.addedCpuUs - other.outlook.addedCpuUs,
      one.outlook.cpuIsWhole,
      other.outlook.cpuIsWhole,
    ),
    latency:
      one.facts.p50 === null && other.facts.p50 === null
        ? 'same'
        : timed(
            measured.p50,
            1_000 * (one.outlook.addedMs - other.outlook.addedMs),
            one.outlook.p50IsWhole,
            other.outlook.p50IsWhole,
          ),
    bytes: counted(one.outlook.headBytes, other.outlook.headBytes),
    memory: kept(),
  }
}
