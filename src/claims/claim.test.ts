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

test('an open case beside others that agree leaves the verdict open; without a case nothing was measured', () => {
  expect(verdictOf(['holds', 'open'])).toBe('open')
  expect(verdictOf(['fails', 'open'])).toBe('open')
  expect(verdictOf([])).toBe('not measured')
})
