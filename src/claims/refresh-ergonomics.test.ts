import { expect, test } from 'vitest'
import { exactEstimate } from '../results/estimate.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { quiet } from '../testing/quiet-run.ts'
import { refreshErgonomics } from './refresh-ergonomics.ts'

/** Users logged out, of ten in each situation. */
type LoggedOut = Readonly<Record<string, { readonly parallel?: number; readonly lost?: number }>>

const judged = (subjects: LoggedOut) =>
  refreshErgonomics.judge({
    ...quiet,
    experiments: [
      fakeExperiment(
        'refresh-race',
        Object.entries(subjects).flatMap(([subject, kinds]) =>
          Object.entries(kinds).map(([kind, value]) => ({
            id: 'false-logouts',
            title: '',
            subject,
            label: subject,
            params: { situation: kind, kind },
            unit: '',
            estimate: exactEstimate(value, 10),
          })),
        ),
      ),
    ],
  })

test('it depends where one rotation logs users out and another does not, and names both', () => {
  const { verdict, why, evidence } = judged({ strict: { parallel: 10 }, leeway: { parallel: 0, lost: 10 } })
  expect(verdict).toBe('depends')
  expect(why).toContain('log nobody out with leeway')
  expect(why).toContain('log users out with strict')
  expect(evidence[1]).toContain('in 0 of 10 trials, late tabs and lost answers in 10 of 10')
})

test('it is refuted where every rotation logs users out, and supported where none does', () => {
  expect(judged({ strict: { parallel: 1 } }).verdict).toBe('refuted')
  expect(judged({ leeway: { parallel: 0, lost: 10 } }).verdict).toBe('supported')
})

test('it is not measured where no tabs refreshed at once', () => {
  expect(judged({ strict: { lost: 10 } }).verdict).toBe('not measured')
  expect(refreshErgonomics.judge(quiet).verdict).toBe('not measured')
})
