import { expect, test } from 'vitest'
import { type Page, pageMs } from './page-model.ts'

/** A byte takes a millisecond up and half of one down. */
const LINK = { roundTripMs: 1000, upBitsPerSecond: 8000, downBitsPerSecond: 16_000 }
const page = (change: Partial<Page>): Page => ({
  protocol: 'http2',
  requests: 1,
  cold: false,
  upBytes: 100,
  downBytes: 100,
  ...change,
})

test.each(['http1', 'http2'] as const)('one request over %s takes a round trip and its bytes', (protocol) => {
  expect(pageMs(page({ protocol }), LINK)).toBe(1000 + 100 + 50)
  expect(pageMs(page({ protocol, cold: true }), LINK)).toBe(2000 + 100 + 50)
})

test('at once, the slower direction is what one waits for', () => {
  expect(pageMs(page({ requests: 10, upBytes: 1000, downBytes: 1000 }), LINK)).toBe(1000 + 100 + 50 + 9 * 100)
  expect(pageMs(page({ requests: 10, upBytes: 100, downBytes: 1000 }), LINK)).toBe(1000 + 10 + 50 + 9 * 50)
})

test('in turns, a connection sends its next request when it has its answer', () => {
  const turn = 1000 + 10 + 5
  // 40 requests over 6 connections: four have seven of them, and the fourth began after three others.
  expect(pageMs(page({ protocol: 'http1', requests: 40, upBytes: 400, downBytes: 400 }), LINK)).toBeCloseTo(
    7 * turn + 3 * 10,
  )
})

test('requests of several segments that leave together end together', () => {
  const six = page({ protocol: 'http1', requests: 6, upBytes: 6 * 2920, downBytes: 0 })
  expect(pageMs(six, LINK)).toBe(1000 + 6 * 2920)
})
