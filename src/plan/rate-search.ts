/** Where the search is: rates per second. */
export interface RateSearch {
  /** To be tried next; null when the search is over. */
  readonly next: number | null
  /** Highest rate that passed, lowest that failed; null where none did. */
  readonly passed: number | null
  readonly failed: number | null
  readonly trials: number
  /** Steps in the same direction so far: each is twice as long as the one before. */
  readonly steps: number
  /** No rate above it is tried. */
  readonly ceiling: number
}

/** First step up or down, until one trial has passed and one has failed. */
const STEP = 1.4
const LONGEST_STEP = STEP ** 2
/** Rates closer to each other than this are one rate. */
const RESOLUTION = 1.05
/** A machine that changes its mind must not keep the search for ever. */
const MOST_TRIALS = 20

/** @param ceiling that may be tried; by default every rate may */
export const startSearch = (rate: number, ceiling = Number.POSITIVE_INFINITY): RateSearch => ({
  next: Math.min(rate, ceiling),
  passed: null,
  failed: null,
  trials: 0,
  steps: 0,
  ceiling,
})

/**
 * Steps up or down until the answer lies between a rate that passed and one that failed, then the geometric middle of the two until they
 * are within 5 %; then the rate that passed has to pass once more, or the search goes on below it, as long as there are trials left. A
 * trial that contradicts an earlier one moves the bracket, because the machine may have changed.
 */
export function afterTrial(search: RateSearch, isPassed: boolean): RateSearch {
  const { next: rate } = search
  if (rate === null) return search
  const trials = search.trials + 1
  const passed = isPassed ? rate : search.passed !== null && search.passed < rate ? search.passed : null
  const failed = isPassed ? (search.failed !== null && search.failed > rate ? search.failed : null) : rate
  const isConfirmed = isPassed && rate === search.passed
  const steps = passed === null || failed === null ? search.steps + 1 : 0
  const { ceiling } = search
  const next = isConfirmed || trials >= MOST_TRIALS ? null : nextRate(passed, failed, steps, ceiling)
  return { next, passed, failed, trials, steps, ceiling }
}

function nextRate(
  passed: number | null,
  failed: number | null,
  steps: number,
  ceiling: number,
): number | null {
  const step = Math.min(STEP ** (2 ** (steps - 1)), LONGEST_STEP)
  if (passed === null) return failed === null ? null : failed / step
  if (failed === null) return Math.min(passed * step, ceiling)
  return failed / passed <= RESOLUTION ? passed : Math.sqrt(passed * failed)
}
