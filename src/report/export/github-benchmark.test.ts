import { expect, test } from 'vitest'
import { z } from 'zod'
import { fakeResults } from '../../testing/fake-results.ts'
import { HOSTILE_NAME, renamed } from '../../testing/hostile-names.ts'
import { githubBiggerReporter, githubSmallerReporter } from './github-benchmark.ts'

/**
 * What github-action-benchmark (src/extract.ts, src/extractRangeInfo.ts) asks of a custom result. It would also turn other types into
 * these; ours have to be of them.
 */
const consumed = z.array(
  z.strictObject({
    name: z.string().min(1),
    unit: z.string().min(1),
    value: z.number(),
    range: z
      .string()
      .refine((range) => Number.isFinite(Number(/^±\s*(\d.*)$/.exec(range)?.[1])))
      .optional(),
    extra: z.string().optional(),
  }),
)

const entries = (reporter: typeof githubBiggerReporter, run = fakeResults()) =>
  consumed.parse(JSON.parse(reporter.render(run, {})))

test('both files fit the schema of github-action-benchmark, written down from its source', () => {
  const run = fakeResults()
  const [smaller, bigger] = [entries(githubSmallerReporter), entries(githubBiggerReporter)]
  expect(smaller.length + bigger.length).toBe(run.summary.length)
  const names = [...smaller, ...bigger].map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

test('a value stands in the file of its direction, with its interval and what it was measured on', () => {
  const name = 'verify/session-redis - throughput'
  const stored = fakeResults().summary.find(
    ({ strategy, metric }) => strategy === 'session-redis' && metric === 'throughput',
  )
  expect(entries(githubSmallerReporter).some((entry) => entry.name === name)).toBe(false)
  const entry = entries(githubBiggerReporter).find((each) => each.name === name)
  expect(entry).toMatchObject({ value: stored?.estimate.value, unit: stored?.unit })
  expect(entry?.extra).toMatch(/^n=6\nA\/A .* %.*\nAMD EPYC 7763 64-Core Processor\|2\|v26$/)
})

test('without an interval there is no range', () => {
  expect(entries(githubSmallerReporter, fakeResults({ rounds: 2 }))[0]).not.toHaveProperty('range')
})

test('a point has its own name, and a hostile name is text', () => {
  const run = renamed(fakeResults(), 'session-redis', HOSTILE_NAME)
  const summary = run.summary.map((row) => ({ ...row, params: { load: 0.5 } }))
  const names = entries(githubSmallerReporter, { ...run, summary }).map(({ name }) => name)
  expect(names).toContain(`verify/load=0.5/${HOSTILE_NAME} - cpu.server`)
})
