import { expect, test } from 'vitest'
import type { Figure } from '../results/experiment.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { quiet } from '../testing/quiet-run.ts'
import { transportIsNeutral } from './transport.ts'

const figure = (id: string, transport: string, value: number, status = 200): Figure => ({
  id,
  title: id,
  subject: 'jwt-hs256',
  label: 'JWT',
  params: { roles: 0, transport, status },
  unit: 'B',
  estimate: { value, low: value, high: value, rounds: 1 },
})

function judged(figures: readonly Figure[]) {
  return transportIsNeutral.judge({ ...quiet, experiments: [fakeExperiment('headers', figures)] })
}

const counted = (again: readonly [number, number], status = 200) => [
  figure('http1.up', 'bearer', 544),
  figure('http1.up', 'cookie', 545, status),
  figure('http2.repeated.up', 'bearer', again[0]),
  figure('http2.repeated.up', 'cookie', again[1]),
]

test('it depends on the protocol where a bearer token is sent again and a cookie is not', () => {
  const { verdict, why } = judged(counted([390, 18]))
  expect(verdict).toBe('depends')
  expect(why).toContain('22 times as large')
})

test('it is supported where both weigh the same', () => {
  expect(judged(counted([390, 391])).verdict).toBe('supported')
})

test('it is refuted by a token that is not accepted in a cookie', () => {
  expect(judged(counted([390, 18], 401)).verdict).toBe('refuted')
})

test('it is not measured without the experiment', () => {
  expect(transportIsNeutral.judge(quiet).verdict).toBe('not measured')
  expect(judged([]).verdict).toBe('not measured')
})
