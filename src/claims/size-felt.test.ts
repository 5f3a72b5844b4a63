import { expect, test } from 'vitest'
import type { Figure } from '../results/experiment.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { quiet } from '../testing/quiet-run.ts'
import { sizeFelt } from './size-felt.ts'

const added = (
  link: string,
  way: 'http2-bearer' | 'http2-cookie',
  low: number | null,
  high: number | null,
): Figure => ({
  id: 'page.added',
  title: 'Added',
  subject: 'jwt-hs256',
  label: 'JWT',
  params: { link, way, requests: 40, start: 'cold', roles: 'of the run' },
  unit: 'ms',
  estimate: { value: low ?? 0, low, high, rounds: 6 },
})

const judged = (...figures: readonly Figure[]) =>
  sizeFelt.judge({ ...quiet, experiments: [fakeExperiment('links', figures)] })

test('it is supported where every token adds what is noticed, over every link', () => {
  const { verdict, why } = judged(
    added('edge', 'http2-bearer', 600, 620),
    added('edge', 'http2-cookie', 580, 620),
  )
  expect(verdict).toBe('supported')
  expect(why).toContain('JWT over EDGE')
})

test('it depends on the link, and on where the token travels', () => {
  const { verdict, why } = judged(
    added('edge', 'http2-bearer', 600, 620),
    added('4g', 'http2-bearer', 10, 12),
    added('edge', 'http2-cookie', 5, 9),
  )
  expect(verdict).toBe('depends')
  expect(why).toMatch(/adds less for JWT over 4G.*In a cookie.*not felt for JWT over EDGE/)
})

test('it is refuted where none adds as much', () => {
  expect(judged(added('edge', 'http2-bearer', 10, 20)).verdict).toBe('refuted')
})

test('it is open without intervals, or where they reach to both sides', () => {
  expect(judged(added('edge', 'http2-bearer', null, null)).verdict).toBe('open')
  expect(judged(added('edge', 'http2-bearer', 90, 120)).verdict).toBe('open')
})

test('what is open beside what is not felt leaves it open, with its name', () => {
  const { verdict, why } = judged(
    added('edge', 'http2-bearer', 90, 120),
    added('4g', 'http2-bearer', 10, 12),
    added('edge', 'http2-cookie', 5, 9),
  )
  expect(verdict).toBe('open')
  expect(why).toContain('Open, as an interval has 100 ms in it or is missing: JWT over EDGE.')
})

test('what is open beside what is felt leaves it open, also in a cookie', () => {
  const felt = added('edge', 'http2-bearer', 600, 620)
  expect(judged(felt, added('4g', 'http2-bearer', 90, 120)).verdict).toBe('open')
  const { verdict, why } = judged(felt, added('edge', 'http2-cookie', 90, 120))
  expect(verdict).toBe('open')
  expect(why).toContain('or is missing: in a cookie JWT over EDGE.')
})

test('without the experiment it is computed from the bytes, and not called measured', () => {
  const { verdict, why } = sizeFelt.judge(quiet)
  expect(verdict).toBe('not measured')
  expect(why).toContain('768 kbit/s')
})
