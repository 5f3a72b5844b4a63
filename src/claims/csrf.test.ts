import { expect, test } from 'vitest'
import { exactEstimate } from '../results/estimate.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { quiet } from '../testing/quiet-run.ts'
import { cookiesAndCsrf } from './csrf.ts'

/** Forged requests that were accepted, of twelve. */
const judged = (accepted: Readonly<Record<string, number>>, defence = 'cookie alone') =>
  cookiesAndCsrf.judge({
    ...quiet,
    experiments: [
      fakeExperiment(
        'csrf',
        Object.entries(accepted).map(([sameSite, value]) => ({
          id: 'forged',
          title: 'Forged requests accepted',
          subject: 'session-memory',
          label: 'Session in memory',
          params: { sameSite, defence, from: 'other site' },
          unit: '',
          estimate: exactEstimate(value, 12),
        })),
      ),
    ],
  })

test('it is refuted where every setting of the cookie lets some through', () => {
  const { verdict, evidence } = judged({ none: 10, lax: 7 })
  expect(verdict).toBe('refuted')
  expect(evidence).toContain('SameSite=Lax, cookie alone: 7 of 12 forged requests accepted.')
})

test('it depends where one setting stops all, and names the others', () => {
  const { verdict, why } = judged({ lax: 3, strict: 0 })
  expect(verdict).toBe('depends')
  expect(why).toContain('(SameSite=Lax)')
})

test('it is supported where the cookie alone stops all', () => {
  expect(judged({ lax: 0, strict: 0 }).verdict).toBe('supported')
})

test('what a check of the server stops says nothing about cookies', () => {
  expect(judged({ lax: 0 }, 'origin check').verdict).toBe('not measured')
  expect(cookiesAndCsrf.judge(quiet).verdict).toBe('not measured')
})
