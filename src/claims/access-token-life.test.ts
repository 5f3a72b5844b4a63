import { expect, test } from 'vitest'
import type { Figure } from '../results/experiment.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { quiet } from '../testing/quiet-run.ts'
import { accessTokenLife } from './access-token-life.ts'

type Ends = Readonly<Record<string, readonly [number, number]>>

const REQUESTS: Readonly<Record<string, number>> = { background: 30, work: 120, busy: 1200 }

/** Minutes from which on refreshing costs little. */
const breakEven = (ends: Ends, subject: string): readonly Figure[] =>
  Object.entries(ends).map(([use, [low, high]]) => ({
    id: 'break-even',
    title: '',
    subject,
    label: subject,
    params: { use, requestsPerHour: REQUESTS[use] ?? 0, handlerUs: 0 },
    unit: 'min',
    estimate: { value: (low + high) / 2, low, high, rounds: 8 },
  }))

const judged = (...ends: readonly Ends[]) =>
  accessTokenLife.judge({
    ...quiet,
    experiments: [
      fakeExperiment(
        'ttl',
        ends.flatMap((each, index) => breakEven(each, `refresh-${index}`)),
      ),
    ],
  })

test('it is supported where refreshing begins to be cheap inside of the range, for everybody', () => {
  expect(judged({ background: [100, 130], work: [25, 33] }).verdict).toBe('supported')
})

test('it is refuted where a shorter life is as cheap, or none of the range is', () => {
  const { verdict, why } = judged({ work: [2, 3], busy: [0.1, 0.2] })
  expect(verdict).toBe('refuted')
  expect(why).toContain('a life below 10 min costs as little')
  expect(judged({ background: [300, 400] }).verdict).toBe('refuted')
})

test('it depends on how often users ask, and says for whom it does not hold', () => {
  const { verdict, why, evidence } = judged({ work: [25, 33], busy: [2, 3] })
  expect(verdict).toBe('depends')
  expect(why).toContain('With 1,200 requests an hour a life below 10 min')
  expect(evidence).toHaveLength(2)
})

test('an interval that crosses an end of the range decides nothing, whatever the others say, and is named', () => {
  expect(judged({ work: [8, 12] }).verdict).toBe('open')
  expect(judged({ work: [8, 12], background: [100, 130] }).verdict).toBe('open')
  const { verdict, why } = judged({ work: [8, 12], busy: [2, 3] })
  expect(verdict).toBe('open')
  expect(why).toContain('is missing: 120 requests an hour.')
  expect(judged({ work: [8, 12], busy: [2, 3], background: [100, 130] }).verdict).toBe('depends')
})

test('it depends on the strategy where they disagree, and says which', () => {
  const { verdict, why } = judged({ work: [25, 33] }, { work: [2, 3] })
  expect(verdict).toBe('depends')
  expect(why).toContain('With 120 requests an hour (refresh-1) a life below 10 min')
})

test('it is not measured without the experiment', () => {
  expect(accessTokenLife.judge(quiet).verdict).toBe('not measured')
})
