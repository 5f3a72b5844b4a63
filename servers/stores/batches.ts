/** Enough to make the way to the store cheap, few enough to stay a few hundred kilobytes. */
const BATCH = 1000

/** The items in their order, a thousand at a time. */
export function* inBatches<T>(items: Iterable<T>): Generator<readonly T[]> {
  let batch: T[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
