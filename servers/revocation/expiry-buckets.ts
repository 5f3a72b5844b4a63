import { CLOCK_MARGIN_SECONDS } from './revoked-ids.ts'

/** What has to be known until a moment, in one bucket for each stretch of time in which that moment may lie. */
export interface ExpiryBuckets<T> {
  /** The bucket of this moment; undefined: nothing was ever put into it. */
  get(expiresAt: number): T | undefined
  /** The same, made when it is missing. */
  open(expiresAt: number): T
}

/**
 * A token says itself when it expires, so that one bucket answers for it, and what has expired goes a bucket at a
 * time, without a look at its entries. An entry stays at most one width longer than it has to,
 * and the margin for clocks that differ.
 * @param now milliseconds since the epoch; moments are seconds, like `exp`
 */
export function expiryBuckets<T>(widthSeconds: number, now: () => number, make: () => T): ExpiryBuckets<T> {
  const buckets = new Map<number, T>()
  const indexOf = (seconds: number) => Math.floor(seconds / widthSeconds)

  return {
    get: (expiresAt) => buckets.get(indexOf(expiresAt)),
    open(expiresAt) {
      const index = indexOf(expiresAt)
      let bucket = buckets.get(index)
      if (bucket === undefined) {
        const current = indexOf(now() / 1000 - CLOCK_MARGIN_SECONDS)
        for (const old of buckets.keys()) if (old < current) buckets.delete(old)
        bucket = make()
        buckets.set(index, bucket)
      }
      return bucket
    },
  }
}
