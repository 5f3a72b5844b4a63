import { expect, test } from 'vitest'
import { encodeHistogram, newHistogram } from '../results/histogram.ts'
import { fakeCells } from '../testing/fake-cells.ts'
import { fakeStrategy } from '../testing/fake-subjects.ts'
import { spectrumOf } from './latency-spectrum.ts'

const cells = fakeCells({ strategies: [fakeStrategy({ id: 'a', state: 'stateless' })], rounds: 2 }).flatMap(
  (cell) => (cell.state === 'completed' && cell.arm === 'main' ? [cell] : []),
)
const subject = { strategy: 'a', arm: 'main' as const, scenario: 'iso-load', params: { load: 0.5 }, cells }
const hdr = (us: number) => {
  const histogram = newHistogram()
  histogram.recordValueWithCount(us, 5000)
  return encodeHistogram(histogram)
}
const paced = cells.map((cell) => ({
  ...cell,
  load: {
    ...cell.load,
    pacing: {
      schedule: 'poisson' as const,
      arrivals: 5000,
      targetRate: 5000,
      achievedRate: 5000,
      queued: 0,
      longestQueue: 0,
      serviceHdr: hdr(420),
      lagHdr: hdr(30),
      inFlightUs: 1,
      serviceUs: 1,
    },
  },
}))

test('an open loop has the service time of all rounds beside the latency, a closed one has not', () => {
  expect(spectrumOf(subject)).not.toHaveProperty('service')
  const spectrum = spectrumOf({ ...subject, cells: paced })
  expect(spectrum?.service?.map(({ us }) => us)).toEqual(spectrum?.service?.map(() => 420))
  // 10,000 requests: at least 100 of them beyond p99, not beyond p99.5.
  expect(spectrum?.service?.at(-1)?.quantile).toBe(0.99)
})

test('the trials of a search are at many rates and have no spectrum', () => {
  const search = { passed: 1, failed: 2 }
  expect(spectrumOf({ ...subject, cells: paced.map((cell) => ({ ...cell, search })) })).toBeNull()
})
