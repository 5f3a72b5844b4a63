import { describe, expect, it } from 'vitest'
import { afterTrial, type RateSearch, startSearch } from './rate-search.ts'

function searched(start: number, passes: (rate: number, trial: number) => boolean): RateSearch {
  let search = startSearch(start)
  while (search.next !== null) search = afterTrial(search, passes(search.next, search.trials))
  return search
}

describe('the search for a rate', () => {
  it.each([100, 4000, 9999, 60_000])('brackets a limit of 10,000 within 5 %% from %i', (start) => {
    const { passed, failed } = searched(start, (rate) => rate <= 10_000)
    if (passed === null || failed === null) throw new Error('not bracketed')
    expect(passed).toBeLessThanOrEqual(10_000)
    expect(failed).toBeGreaterThan(10_000)
    expect(failed / passed).toBeLessThanOrEqual(1.05)
  })

  it('follows a limit that moves while it is searched for', () => {
    const { passed, failed } = searched(5000, (rate, trial) => rate <= (trial < 5 ? 10_000 : 6000))
    if (passed === null || failed === null) throw new Error('not bracketed')
    expect(passed).toBeLessThanOrEqual(6000)
    expect(failed).toBeGreaterThan(6000)
  })

  it.each([1, 50, 10_000, 1e9])('never tries a rate above its ceiling: a limit of %i', (limit) => {
    let search = startSearch(100, 100)
    while (search.next !== null) {
      expect(search.next).toBeLessThanOrEqual(100)
      search = afterTrial(search, search.next <= limit)
    }
    if (limit >= 100) expect(search).toMatchObject({ passed: 100, failed: null, trials: 2 })
    else expect(search.passed).toBeLessThanOrEqual(limit)
  })

  it('does not believe a rate that passes only once', () => {
    const seen: number[] = []
    const { passed } = searched(5000, (rate, trial) => {
      const isFirst = !seen.includes(rate)
      seen.push(rate)
      return rate <= 6000 || (rate <= 10_000 && isFirst && trial < 8)
    })
    expect(passed).toBeLessThanOrEqual(6000)
  })

  it('ends where nothing passes, and where everything does, and says so', () => {
    expect(searched(5000, () => false)).toMatchObject({ passed: null, trials: 20 })
    expect(searched(5000, () => true)).toMatchObject({ failed: null, trials: 20 })
  })
})
