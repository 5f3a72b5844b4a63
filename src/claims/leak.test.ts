import { expect, test } from 'vitest'
import { exactEstimate } from '../results/estimate.ts'
import type { Figure } from '../results/experiment.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { quiet } from '../testing/quiet-run.ts'
import { leakedWithoutExpiry } from './leak.ts'

/** @param minutes null: it never ends */
function theft(id: string, minutes: number | null, isNoticed: boolean): Figure[] {
  const figure = (name: string, value: number): Figure => ({
    id: name,
    title: name,
    subject: 'subject',
    label: 'Subject',
    params: { theft: id },
    unit: '',
    estimate: exactEstimate(value, 3),
  })
  return [
    figure('noticed', isNoticed ? 3 : 0),
    figure('endless', minutes === null ? 3 : 0),
    ...(minutes === null ? [] : [figure('works', minutes)]),
  ]
}
const judged = (...figures: Figure[][]) =>
  leakedWithoutExpiry.judge({ ...quiet, experiments: [fakeExperiment('leak', figures.flat())] })

test('it is supported where the copy works on unnoticed; what would have shown is named', () => {
  const { verdict, why, evidence } = judged(
    theft('bound', 0, true),
    theft('1 hour', 60, false),
    theft('no expiry', null, false),
  )
  expect(verdict).toBe('supported')
  expect(why).toContain('What is noticed: a token of 1 h that is bound to a key of its client.')
  expect(evidence).toEqual([
    'A copy of a token without exp works for as long as it was watched, and is not noticed.',
    'A copy of a token that lives for 1 h works for 1 h, and is not noticed.',
    'A copy of a token of 1 h that is bound to a key of its client never works, and is noticed.',
  ])
})

test('it is refuted where the copy ends or is noticed', () => {
  expect(judged(theft('no expiry', 60, false)).verdict).toBe('refuted')
  expect(judged(theft('no expiry', null, true)).verdict).toBe('refuted')
})

test('other thefts alone say nothing of tokens without expiry', () => {
  expect(judged(theft('1 hour', 60, false)).verdict).toBe('not measured')
  expect(leakedWithoutExpiry.judge(quiet).verdict).toBe('not measured')
})
