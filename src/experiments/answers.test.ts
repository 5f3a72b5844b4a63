import { expect, test } from 'vitest'
import { type Answer, sentBetween, spansOf, statusesText } from './answers.ts'

const answers: readonly Answer[] = [
  [0, 5, 200],
  [40, 900, 503],
  [80, 5, 200],
  [240, 5, 200],
  [290, 5000, null],
]

test('answers count where they were sent, not where they came', () => {
  expect(sentBetween(answers, 40, 240)).toEqual([answers[1], answers[2]])
})

test('statuses are counted in their order, no answer first', () => {
  expect(statusesText(answers)).toBe('no answer: 1, 200: 3, 503: 1')
})

test('a step shows the first of the states that was seen in it, and one without a request nothing', () => {
  const spans = spansOf(
    answers,
    0,
    100,
    ['none', 503, 200].map(String),
    ([, , status]) => `${status ?? 'none'}`,
  )
  expect(spans).toEqual([
    { from: 0, to: 100, state: '503' },
    { from: 200, to: 300, state: 'none' },
  ])
})

test('steps of one state are one span', () => {
  const steady = [0, 50, 100, 150, 200].map((sentMs): Answer => [sentMs, 1, 200])
  expect(spansOf(steady, 0, 50, ['200'], () => '200')).toEqual([{ from: 0, to: 250, state: '200' }])
  // From somewhere else on: what was sent before is left out.
  expect(spansOf(steady, 120, 50, ['200'], () => '200')).toEqual([{ from: 0, to: 100, state: '200' }])
})
