import { expect, test } from 'vitest'
import { z } from 'zod'
import { fakeResults } from '../../testing/fake-results.ts'
import { HOSTILE_NAME, renamed } from '../../testing/hostile-names.ts'
import { bmfReporter } from './bmf.ts'

/** bencher.dev/bmf.json, and what Bencher takes as a new benchmark's name and a new measure's slug. */
const consumed = z.record(
  z
    .string()
    .min(1)
    .refine((name) => Buffer.byteLength(name) <= 1024 && name.isWellFormed()),
  z.record(
    z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      .max(64),
    z.strictObject({
      value: z.number(),
      lower_value: z.number().optional(),
      upper_value: z.number().optional(),
    }),
  ),
)

const benchmarks = (run = fakeResults()) => consumed.parse(JSON.parse(bmfReporter.render(run, {})))

test("it fits Bencher's schema bmf.json, written down, and has every value once", () => {
  const measures = Object.values(benchmarks()).flatMap((each) => Object.values(each))
  expect(measures).toHaveLength(fakeResults().summary.length)
  for (const { value, lower_value = value, upper_value = value } of measures) {
    expect(lower_value).toBeLessThanOrEqual(value)
    expect(upper_value).toBeGreaterThanOrEqual(value)
  }
})

test('times are nanoseconds, as those of Bencher are; counts and rates are left alone', () => {
  const stored = (metric: string) =>
    fakeResults().summary.find((row) => row.strategy === 'jwt-hs256' && row.metric === metric)?.estimate.value
  const own = benchmarks()['verify/jwt-hs256']
  expect(own?.['cpu-server']?.value).toBeCloseTo(1000 * (stored('cpu.server') ?? 0), 3)
  expect(own?.['latency-p99']?.value).toBeCloseTo(1000 * (stored('latency.p99') ?? 0), 3)
  expect(own?.throughput?.value).toBeCloseTo(stored('throughput') ?? 0, 3)
  expect(own?.['bytes-request-head']?.value).toBe(stored('bytes.request_head'))
})

test('without an interval there are no bounds', () => {
  expect(Object.keys(benchmarks(fakeResults({ rounds: 2 }))['verify/none']?.throughput ?? {})).toEqual([
    'value',
  ])
})

test('a long or hostile name is cut between characters, and keeps its beginning', () => {
  const names = [HOSTILE_NAME, `€${'😀'.repeat(400)}`, '__proto__']
  for (const name of names) {
    const own = Object.keys(benchmarks(renamed(fakeResults(), 'session-redis', name)))
    expect(own).toHaveLength(fakeResults().strategies.length)
    expect(own.some((each) => each.startsWith(`verify/${name.toWellFormed().slice(0, 5)}`))).toBe(true)
  }
})
