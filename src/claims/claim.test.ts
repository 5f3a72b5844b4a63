import { expect, test } from 'vitest'
import { verdictOf } from './claim.ts'

test('cases that all say the same are a verdict', () => {
  expect(verdictOf(['holds', 'holds'])).toBe('supported')
  expect(verdictOf(['fails', 'fails'])).toBe('refuted')
})

test('cases on both sides depend, whatever is open beside them', () => {
  expect(verdictOf(['holds', 'fails'])).toBe('depends')
  expect(verdictOf(['open', 'fails', 'holds'])).toBe('depends')
})

test('an open case beside others that agree leaves the verdict open, and so does none at all', () => {
  expect(verdictOf(['holds', 'open'])).toBe('not measured')
  expect(verdictOf(['fails', 'open'])).toBe('not measured')
  expect(verdictOf([])).toBe('not measured')
})
