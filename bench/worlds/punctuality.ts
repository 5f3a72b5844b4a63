import { encodeHistogram, newHistogram, recordMilliseconds } from '../../src/results/histogram.ts'

/** What one direction did since it was asked last. */
export interface DirectionSeen {
  readonly loads: number
  readonly bytes: number
  /** From due to handed over. */
  readonly latenessHdr: string
  /** While the link sent without a pause, and long enough to tell a rate; null where it did not, or has no rate. */
  readonly busy: { readonly bytes: number; readonly milliseconds: number } | null
}

/** Shorter ones say how exact one delivery is, not how fast the link. */
const BUSY_MS = 100

interface Busy {
  readonly sinceMs: number
  readonly firstMs: number
  lastMs: number
  bytes: number
}

/** Counts in one direction; the moments are handed in. */
export class Tally {
  #lateness = newHistogram()
  #loads = 0
  #bytes = 0
  #busy: Busy | null = null
  #told = { bytes: 0, milliseconds: 0 }

  /** @param busySinceMs the same for loads between which the link did not pause */
  count(bytes: number, dueMs: number, nowMs: number, busySinceMs: number | null): void {
    recordMilliseconds(this.#lateness, nowMs - dueMs)
    this.#loads += 1
    this.#bytes += bytes
    if (busySinceMs === null) return
    if (this.#busy?.sinceMs === busySinceMs) {
      this.#busy.bytes += bytes
      this.#busy.lastMs = nowMs
    } else {
      this.#tell()
      // The first load's own time began before it was seen.
      this.#busy = { sinceMs: busySinceMs, firstMs: nowMs, lastMs: nowMs, bytes: 0 }
    }
  }

  /** What was seen until now; counting begins anew. */
  take(): DirectionSeen {
    this.#tell()
    const { bytes, milliseconds } = this.#told
    const seen = {
      loads: this.#loads,
      bytes: this.#bytes,
      latenessHdr: encodeHistogram(this.#lateness),
      busy: milliseconds === 0 ? null : { bytes, milliseconds },
    }
    this.#lateness = newHistogram()
    this.#loads = 0
    this.#bytes = 0
    this.#told = { bytes: 0, milliseconds: 0 }
    return seen
  }

  #tell(): void {
    if (this.#busy === null) return
    const { firstMs, lastMs, bytes } = this.#busy
    this.#busy = null
    if (lastMs - firstMs < BUSY_MS) return
    this.#told.bytes += bytes
    this.#told.milliseconds += lastMs - firstMs
  }
}
