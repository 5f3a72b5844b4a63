import { expect, test } from 'vitest'
import type { Figure } from '../results/experiment.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { quiet } from '../testing/quiet-run.ts'
import { size } from './size.ts'

const figure = (subject: string, roles: number, value: number, status = 200): Figure => ({
  id: 'http1.up',
  title: 'HTTP/1.1 up',
  subject,
  label: subject,
  params: { roles, transport: 'bearer', status },
  unit: 'B',
  estimate: { value, low: value, high: value, rounds: 5 },
})
const judged = (figures: readonly Figure[]) =>
  size.judge({ ...quiet, summary: [], experiments: [fakeExperiment('headers', figures)] })

test('a run of nothing but the experiment headers judges by what it counted, with the fewest roles', () => {
  const { verdict, why, evidence } = judged([
    figure('jwt-hs256', 100, 4400),
    figure('jwt-hs256', 0, 536),
    figure('session-redis', 0, 134),
  ])
  expect(verdict).toBe('supported')
  expect(why).toContain('The request head is 4.0 times')
  expect(evidence).toEqual(['session-redis: HTTP/1.1 up 134 B exact.', 'jwt-hs256: HTTP/1.1 up 536 B exact.'])
})

test('what was refused or is missing is no size', () => {
  expect(judged([figure('session-redis', 0, 134)]).verdict).toBe('not measured')
  expect(judged([figure('session-redis', 0, 134), figure('jwt-hs256', 0, 536, 431)]).verdict).toBe(
    'not measured',
  )
})
