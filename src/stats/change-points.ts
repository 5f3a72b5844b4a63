import { medianOf } from './median.ts'
import { doubledMidranks } from './midranks.ts'
import { rankSumProbability } from './rank-sum.ts'

/** Where a series went to another level, and stayed there. */
export interface ChangePoint {
  /** Of the first value at the new level. */
  readonly index: number
  /** Two-sided, of values before and after it, times the places that it could have been at. */
  readonly p: number
}

/** Fewer values than this on one side are an outlier, not a level: one bad night must not be a change. */
const FEWEST = 5
/**
 * So many neighbours on either side are looked at: what was there a hundred runs ago says nothing about a level. The wide view sees a
 * small change, the narrow one a level that was soon left again.
 */
const VIEWS = [10, 20] as const
/** Of all places and views of a series together; hundreds of series are looked at after each run. */
const LEVEL = 0.005

interface Segment {
  readonly from: number
  /** The first that no longer belongs to it. */
  readonly to: number
}

interface Split {
  readonly index: number
  readonly before: readonly number[]
  readonly after: readonly number[]
}

const splitAt = (values: readonly number[], index: number, { from, to }: Segment, view: number): Split => ({
  index,
  before: values.slice(Math.max(from, index - view), index),
  after: values.slice(index, Math.min(to, index + view)),
})

/** How far the sum of ranks is from its mean, in its standard deviations (without ties, which make it less). */
function excessOf({ before, after }: Split): number {
  const count = before.length + after.length
  const sum = doubledMidranks([...before, ...after])
    .slice(0, before.length)
    .reduce((total, rank) => total + rank, 0)
  return (
    Math.abs(sum - before.length * (count + 1)) / Math.sqrt((before.length * after.length * (count + 1)) / 3)
  )
}

/** Null in a segment that is too short. */
function likeliest(values: readonly number[], segment: Segment): Split | null {
  let found: Split | null = null
  let largest = -1
  for (let index = segment.from + FEWEST; index <= segment.to - FEWEST; index++) {
    for (const view of VIEWS) {
      const split = splitAt(values, index, segment, view)
      const excess = excessOf(split)
      if (excess > largest) [largest, found] = [excess, split]
    }
  }
  return found
}

/** Times the number of those that it was chosen from. */
const probabilityOf = ({ before, after }: Split, { from, to }: Segment): number =>
  Math.min(1, VIEWS.length * (to - from - 2 * FEWEST + 1) * rankSumProbability(before, after))

const deviationOf = (values: readonly number[]): number => {
  const middle = medianOf(values)
  return values.reduce((sum, value) => sum + Math.abs(value - middle), 0)
}

/** Ranks cannot tell on which side the largest of the lower level belongs: the place from which both sides deviate least can. */
function placed(values: readonly number[], segment: Segment, index: number): number {
  const first = Math.max(segment.from, index - Math.max(...VIEWS))
  const last = Math.min(segment.to, index + Math.max(...VIEWS))
  let place = index
  let least = Infinity
  for (let at = Math.max(segment.from, index - FEWEST) + 1; at < Math.min(segment.to, index + FEWEST); at++) {
    if (at - segment.from < FEWEST || segment.to - at < FEWEST) continue
    const cost = deviationOf(values.slice(first, at)) + deviationOf(values.slice(at, last))
    if (cost < least) [least, place] = [cost, at]
  }
  return place
}

function divide(values: readonly number[], segment: Segment): readonly number[] {
  const split = likeliest(values, segment)
  if (split === null || probabilityOf(split, segment) > LEVEL) return []
  const index = placed(values, segment, split.index)
  return [...divide(values, { ...segment, to: index }), index, ...divide(values, { ...segment, from: index })]
}

/**
 * Binary segmentation by ranks: the likeliest place divides the series where the exact rank-sum test says so, and so on in both parts.
 * Each place is tested again between its neighbours at the end, because the first ones were found in longer parts.
 * Sources: Vostrikova, "Detecting disorder in multidimensional random processes", Soviet Mathematics Doklady 24, 1981; Pettitt, "A
 * non-parametric approach to the change-point problem", Applied Statistics 28(2), 1979. Windows and the last step are those of Fleming
 * et al., "Hunter: Using Change Point Detection to Hunt for Performance Regressions", ICPE 2023.
 */
export function changePoints(values: readonly number[]): readonly ChangePoint[] {
  let places = divide(values, { from: 0, to: values.length })
  for (;;) {
    const found = places.map((index, order) => {
      const segment = { from: places[order - 1] ?? 0, to: places[order + 1] ?? values.length }
      const p = Math.min(
        ...VIEWS.map((view) => probabilityOf(splitAt(values, index, segment, view), segment)),
      )
      return { index, p }
    })
    const kept = found.filter(({ p }) => p <= LEVEL)
    if (kept.length === found.length) return kept
    places = kept.map(({ index }) => index)
  }
}

/** Of what is counted: every value that is not the one before it. */
export const steps = (values: readonly number[]): readonly ChangePoint[] =>
  values.flatMap((value, index) => (index === 0 || value === values[index - 1] ? [] : [{ index, p: 0 }]))
