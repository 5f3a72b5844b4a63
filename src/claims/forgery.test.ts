import { expect, test } from 'vitest'
import { exactEstimate } from '../results/estimate.ts'
import type { Figure } from '../results/experiment.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { quiet } from '../testing/quiet-run.ts'
import { forgedSubject, standardIssues } from './forgery.ts'

const figure = (configuration: string, attack: string, value: number): Figure => ({
  id: 'accepted',
  title: 'Hostile tokens accepted',
  subject: 'jose',
  label: 'jose 6.2.18',
  params: { configuration, attack },
  unit: '',
  estimate: exactEstimate(value, 10),
})
const withFigures = (...figures: Figure[]) => ({
  ...quiet,
  experiments: [fakeExperiment('forgery', figures)],
})

test('nobody is taken for another user where no token was accepted that names one without the key', () => {
  const { verdict, why, evidence } = forgedSubject.judge(
    withFigures(figure('readme', 'unsigned', 0), figure('ours', 'payload', 0), figure('readme', 'type', 8)),
  )
  expect(verdict).toBe('supported')
  expect(why).toContain('None of 20 tokens')
  expect(evidence).toEqual(['jose 6.2.18: 0 of 20 forged tokens accepted, in all of its configurations.'])
})

test('one forged token that one configuration accepts refutes it', () => {
  const { verdict, why } = forgedSubject.judge(
    withFigures(figure('readme', 'unsigned', 1), figure('ours', 'unsigned', 0)),
  )
  expect(verdict).toBe('refuted')
  expect(why).toContain('jose 6.2.18 (alg "none" in any case)')
})

test('libraries take care of it, of part of it, or not even of signatures', () => {
  const verdictOf = (...figures: Figure[]) => standardIssues.judge(withFigures(...figures)).verdict
  expect(verdictOf(figure('readme', 'type', 0), figure('readme', 'unsigned', 0))).toBe('supported')
  expect(verdictOf(figure('readme', 'type', 8), figure('readme', 'unsigned', 0))).toBe('depends')
  expect(verdictOf(figure('readme', 'type', 8), figure('readme', 'unsigned', 1))).toBe('refuted')
  // Names nobody else, and is under no signature of the key either.
  expect(verdictOf(figure('readme', 'changed', 1), figure('readme', 'unsigned', 0))).toBe('refuted')
})

test('what is left with every option set is named, and what own checks accept', () => {
  const { why } = standardIssues.judge(
    withFigures(figure('readme', 'type', 8), figure('options', 'expiry', 1), figure('ours', 'type', 0)),
  )
  expect(why).toContain('other or missing typ')
  expect(why).toContain(
    "1 kind stays open with every option set, and 0 of 10 tokens with checks of one's own",
  )
})

test('without the experiment neither is judged', () => {
  expect([forgedSubject, standardIssues].map((claim) => claim.judge(quiet).verdict)).toEqual([
    'not measured',
    'not measured',
  ])
})
