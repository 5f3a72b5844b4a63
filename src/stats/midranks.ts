import { sorted } from './median.ts'

/** Twice the ranks, equal values sharing the mean of theirs: doubled, so that ties keep whole numbers; in the order given. */
export function doubledMidranks(values: readonly number[]): number[] {
  const ordered = sorted(values)
  const firstPlace = new Map<number, number>()
  const lastPlace = new Map<number, number>()
  for (const [index, value] of ordered.entries()) {
    if (!firstPlace.has(value)) firstPlace.set(value, index + 1)
    lastPlace.set(value, index + 1)
  }
  return values.map((value) => (firstPlace.get(value) ?? 0) + (lastPlace.get(value) ?? 0))
}
