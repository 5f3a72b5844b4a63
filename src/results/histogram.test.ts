import { describe, expect, it } from 'vitest'
import {
  decodeHistogram,
  encodeHistogram,
  mergeHistograms,
  newHistogram,
  recordMilliseconds,
} from './histogram.ts'

describe('latency histogram', () => {
  it('keeps microseconds that whole milliseconds would lose', () => {
    const histogram = newHistogram()
    for (const milliseconds of [0.2134, 0.2134, 0.2134, 0.987]) recordMilliseconds(histogram, milliseconds)
    expect(histogram.getValueAtPercentile(50)).toBe(213)
    expect(histogram.maxValue).toBe(987)
  })

  it('survives encoding with every count', () => {
    const histogram = newHistogram()
    for (let value = 1; value <= 5000; value++) recordMilliseconds(histogram, value / 100)
    const decoded = decodeHistogram(encodeHistogram(histogram))
    expect(decoded.totalCount).toBe(5000)
    for (const percentile of [1, 50, 99, 99.9]) {
      expect(decoded.getValueAtPercentile(percentile)).toBe(histogram.getValueAtPercentile(percentile))
    }
  })

  it('adds slices up to the histogram of all values together', () => {
    const slices = [newHistogram(), newHistogram(), newHistogram()]
    const whole = newHistogram()
    for (let index = 0; index < 3000; index++) {
      const milliseconds = ((index * 7919) % 1000) / 150
      const slice = slices[index % slices.length]
      if (slice !== undefined) recordMilliseconds(slice, milliseconds)
      recordMilliseconds(whole, milliseconds)
    }
    const merged = mergeHistograms(slices.map(encodeHistogram))
    expect(merged.totalCount).toBe(whole.totalCount)
    for (const percentile of [5, 50, 90, 99, 99.9, 100]) {
      expect(merged.getValueAtPercentile(percentile)).toBe(whole.getValueAtPercentile(percentile))
    }
  })

  it('records a value beyond its range as the end of its range', () => {
    const histogram = newHistogram()
    recordMilliseconds(histogram, 3_600_000)
    recordMilliseconds(histogram, 0)
    expect(histogram.totalCount).toBe(2)
  })
})
